#include "explorer/checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "engine/assert.h"
#include "engine/state/stored_machine.h"

namespace lockstep {
namespace {

// Of all that follows the head of the file. A table that is written otherwise makes it another.
constexpr std::uint64_t file_format = 1;

// To write takes a small part of the time, however large the search has become.
constexpr double pause_per_cost = 20;

using Identity = std::vector<std::pair<std::string, std::string>>;

// What must be the same for a search to go on: the caller's, and the options that decide which
// states there are and in what order they are found.
Identity identity_of(const ExploreOptions& options) {
  Identity identity = options.checkpoint->of;
  const auto add = [&](const char* name, bool is_given) {
    identity.emplace_back(name, is_given ? "given" : "not given");
  };
  add("--no-reduction", !options.reduce);
  add("--no-symmetry", !options.symmetry);
  add("--no-sleep-sets", !options.sleep_sets);
  add("--no-memo", !options.memoise);
  add("--no-liveness", !options.forget_dead_locals);
  identity.emplace_back("--max-steps", std::to_string(options.limits.steps_max));
  return identity;
}

}  // namespace

Checkpoints::Checkpoints(const ExploreOptions& options) : options_(options) {
  LOCKSTEP_ASSERT(!options.hash_compaction && !options.preemptions_max && options.schedules == 0 &&
                      !options.first,
                  "only a search over all states has checkpoints");
}

double Checkpoints::now() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

std::optional<CheckpointReader> Checkpoints::open(std::string& why) const {
  const std::string& file = options_.checkpoint->file;
  std::error_code error;
  const bool exists = std::filesystem::exists(file, error);
  if (!exists && !error) return std::nullopt;
  std::optional<CheckpointReader> reader = CheckpointReader::open(file, why);
  if (!reader) return std::nullopt;
  if (const std::uint64_t its = reader->number(); its != file_format) {
    why = "it has format " + std::to_string(its) + ", and this lockstep reads format " +
          std::to_string(file_format);
    return std::nullopt;
  }
  const Identity ours = identity_of(options_);
  reader->expect(reader->number() == ours.size(), "it says otherwise whose it is");
  for (const auto& [name, value] : ours) {
    const std::string its_name = reader->text(), its_value = reader->text();
    if (!reader->expect(its_name == name, "it says otherwise whose it is")) break;
    if (its_value == value) continue;
    why = "it is of another search: " + name + " is " + its_value + " there and " + value + " here";
    return std::nullopt;
  }
  if (!reader->fits()) {
    why = reader->fault();
    return std::nullopt;
  }
  return reader;
}

bool Checkpoints::is_due() const {
  return now() - last_ >= std::max(options_.checkpoint->seconds_between, cost_ * pause_per_cost);
}

void Checkpoints::save(const std::function<void(CheckpointWriter&)>& write) {
  const double begin = now();
  CheckpointWriter writer(options_.checkpoint->file);
  writer.number(file_format);
  const Identity identity = identity_of(options_);
  writer.number(identity.size());
  for (const auto& [name, value] : identity) {
    writer.text(name);
    writer.text(value);
  }
  write(writer);
  failed_ = writer.finish().value_or("");
  written_ = written_ || failed_.empty();
  last_ = now();
  cost_ = last_ - begin;
}

void write(CheckpointWriter& to, const Machine& machine) {
  const ValueTable& values = machine.values();
  to.number(values.size());
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    const ValueTable::Content content = values.content(i);
    to.number(static_cast<std::uint64_t>(content.kind));
    to.number(static_cast<std::uint64_t>(content.exception));
    to.number(content.bytes.size());
    to.bytes(content.bytes);
  }
  const LocalTable& locals = machine.locals();
  to.number(locals.size());
  for (std::uint32_t i = 0; i < locals.size(); ++i) {
    const std::span<const std::uint32_t> words = locals.words({i});
    to.number(words.size());
    for (const std::uint32_t word : words) to.number(word);
  }
  const std::vector<LocalTable::StoredRun> runs = locals.stored_runs();
  to.number(runs.size());
  for (const LocalTable::StoredRun& run : runs) {
    for (const std::uint32_t word : run) to.number(word);
  }
}

void read(CheckpointReader& from, const Machine& machine) {
  const auto is_value_here = [&](Value value) { return is_value(machine, value); };
  const std::uint64_t values = from.count(3);
  std::vector<std::uint32_t> items;  // of 32 bits, as those of a tuple must lie
  for (std::uint32_t i = 0; i < values && from.fits(); ++i) {
    ValueTable::Content content{};
    content.kind =
        static_cast<ValueKind>(from.number(static_cast<std::uint64_t>(ValueKind::unset)));
    content.exception = static_cast<ExceptionKind>(from.number(exception_kinds - 1));
    const std::uint64_t bytes = from.count(1);
    items.resize((bytes + 3) / 4);
    const auto room = std::as_writable_bytes(std::span(items)).first(bytes);
    from.bytes(room);
    content.bytes = room;
    from.expect(from.fits() && machine.values().restore(i, content, is_value_here),
                "a value is none of this program");
  }
  from.expect(values == machine.values().size(), "values are missing");

  const std::uint64_t locals = from.count(10);
  std::vector<std::uint32_t> words;
  for (std::uint32_t i = 0; i < locals && from.fits(); ++i) {
    words.resize(from.count(1));
    for (std::uint32_t& word : words) word = from.number32();
    from.expect(from.fits() && machine.locals().restore(machine.program, machine.values(), {i},
                                                        words, is_value_here),
                "a private state is none of this program");
  }
  from.expect(locals == machine.locals().size(), "private states are missing");

  for (std::uint64_t left = from.count(5); left > 0 && from.fits(); --left) {
    LocalTable::StoredRun run{};
    for (std::uint32_t& word : run) word = from.number32();
    from.expect(machine.locals().restore_run(run, is_value_here), "a private run is none");
  }
}

}  // namespace lockstep
