#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "language/reader.h"
#include "language/schedule.h"

namespace lockstep {
namespace {

constexpr std::int64_t format_version = 1;
constexpr std::size_t digest_digits = 32;

bool is_digest(std::string_view text) {
  return text.size() == digest_digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

void read_settings(Reader& reader, const At& at, SavedSchedule& saved) {
  if (!reader.is_object(at, "an object: names and values of parameters")) return;
  for (const JsonNode::Member& member : at.node.members) {
    if (reader.is_full()) return;
    const std::string* text = reader.text(at.member(member), "a value as after --set, a text");
    if (text != nullptr) saved.settings.emplace_back(member.key, *text);
  }
}

void read_saved(Reader& reader, const At& document, SavedSchedule& saved) {
  if (!reader.is_object(document, "a saved schedule, which is an object")) return;
  if (document.node.find("lockstep") != nullptr &&
      document.node.find("lockstep_schedule") == nullptr) {
    return reader.complain(document,
                           "expected a saved schedule, found a scenario; `lockstep run` runs it, "
                           "and --save-schedule writes down how it went");
  }
  reader.check_keys(document, "a saved schedule", saved_keys);
  for (const JsonNode::Member& member : document.node.members) {
    const At value = document.member(member);
    if (member.key == "lockstep_schedule") {
      reader.version(value, format_version);
    } else if (member.key == "scenario") {
      if (const auto* path = reader.text(value, "the path of a scenario")) saved.scenario = *path;
    } else if (member.key == "digest") {
      const bool is_text = value.node.kind == JsonNode::Kind::string;
      if (is_text && is_digest(value.node.text)) {
        saved.digest = value.node.text;
      } else {
        reader.expected(value, fmt::format("{} hexadecimal digits", digest_digits));
      }
    } else if (member.key == "policy") {
      if (const auto* policy = reader.text(value, "a text")) saved.policy = *policy;
    } else if (member.key == "seed") {
      constexpr std::int64_t seed_max = std::numeric_limits<std::int64_t>::max();
      if (const auto seed = reader.integer(value, 0, seed_max)) {
        saved.seed = static_cast<std::uint64_t>(*seed);
      }
    } else if (member.key == "settings") {
      read_settings(reader, value, saved);
    } else if (member.key == "schedule" && reader.is_array(value, "an array of directives")) {
      saved.schedule = value.node;
    }
  }
}

}  // namespace

ReadSaved read_saved_schedule(std::string_view text) {
  JsonTree tree = read_json(text);
  if (!tree.root) return {std::nullopt, std::move(tree.complaints)};
  SavedSchedule saved;
  Reader reader(text);
  read_saved(reader, {*tree.root, ""}, saved);
  if (!reader.is_content()) return {std::nullopt, reader.take()};
  return {std::move(saved), {}};
}

std::string write_saved_schedule(const SavedSchedule& saved, const Schedule& schedule,
                                 const Program& program) {
  std::string out = fmt::format("{{\n  \"lockstep_schedule\": {},\n", format_version);
  out += fmt::format("  \"scenario\": {},\n", json_string(saved.scenario));
  out += fmt::format("  \"digest\": {},\n", json_string(saved.digest));
  if (!saved.policy.empty()) out += fmt::format("  \"policy\": {},\n", json_string(saved.policy));
  if (saved.seed) out += fmt::format("  \"seed\": {},\n", *saved.seed);
  if (!saved.settings.empty()) {
    std::string settings;
    for (const auto& [name, value] : saved.settings) {
      settings += settings.empty() ? "" : ", ";
      settings += json_string(name) + ": " + json_string(value);
    }
    out += fmt::format("  \"settings\": {{{}}},\n", settings);
  }
  return out + fmt::format("  \"schedule\": {}\n}}\n", schedule_json(schedule, program, 4));
}

std::string digest(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace lockstep
