// A search that is ended and gone on with finds what one finds that never was; and a file that is
// not as it was written is not gone on from.
#include "explorer/checkpoint.h"

#define XXH_INLINE_ALL
#include <unistd.h>
#include <xxhash.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "engine/program/future_accesses.h"
#include "explorer/examine.h"
#include "explorer/outcomes.h"
#include "explorer/search.h"
#include "explorer/state_graph.h"
#include "language/load.h"
#include "tests/support/dice.h"
#include "tests/support/random_locking.h"
#include "tests/support/random_loops.h"
#include "tests/support/random_pools.h"
#include "tests/support/random_scenario.h"
#include "tests/support/same_exploration.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef CHECKPOINT_SEEDS
#define CHECKPOINT_SEEDS 700
#endif
const auto [first_seed, seeds] = seeds_or(CHECKPOINT_SEEDS);

// A path in a folder for temporary files, at which there is nothing before and after.
class Place {
 public:
  explicit Place(const std::string& name)
      : path((std::filesystem::temp_directory_path() /
              ("lockstep-test-" + std::to_string(::getpid()) + "-" + name))
                 .string()) {
    std::filesystem::remove(path);
  }
  ~Place() { std::filesystem::remove(path); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::string content() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& content) const {
    std::ofstream(path, std::ios::binary)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
  }

  const std::string path;
};

Program random_program(std::uint64_t seed) {
  const std::string scenario = seed % 5 == 0   ? random_locking(seed)
                               : seed % 5 == 1 ? random_pools(seed)
                               : seed % 5 == 2 ? random_scenario_with_twins(seed)
                               : seed % 5 == 3 ? random_scenario_with_processes(seed)
                                               : random_scenario(seed);
  INFO(scenario);
  Loaded loaded = load("random", scenario);
  REQUIRE(loaded.program.has_value());
  return std::move(*loaded.program);
}

ExploreOptions random_options(std::uint64_t seed) {
  ExploreOptions options;
  options.limits.states_max = 300 + seed % 3 * 1000;
  options.reduce = seed / 5 % 4 != 0;
  options.symmetry = seed / 20 % 4 != 0;
  options.memoise = seed % 16 != 15;
  options.forget_dead_locals = seed % 8 != 7;
  if (seed % 16 == 14) options.limits.steps_max = 6;
  options.workers = 1;
  options.share_from = 2;
  return options;
}

TEST_CASE("checkpoint: a search that is ended anywhere, twice, finds what one finds that is not",
          "[explorer][checkpoint][oracle][slow]") {
  const Place place("ended");
  std::uint64_t gone_on = 0, with_symmetry = 0, with_reduction = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const Program program = random_program(seed);
    const ExploreOptions options = random_options(seed);
    const Exploration whole = explore(program, options);

    Dice dice(seed);
    ExploreOptions part = options;
    part.checkpoint = CheckpointOptions{place.path, 60, {{"seed", std::to_string(seed)}}};
    // By the limit of states, in the middle of one; or between two.
    std::uint64_t seen = 0;
    for (int i = 0; i < 2 && seen < whole.stats.states; ++i) {
      part.workers = static_cast<unsigned>(1 + dice.below(3));
      std::uint64_t asked = dice.below(40);
      if (dice.percent(50)) {
        part.limits.states_max = seen + 1 + dice.below(whole.stats.states - seen);
        part.limits.interrupted = nullptr;
      } else {
        part.limits.states_max = options.limits.states_max;
        part.limits.interrupted = [&asked] { return asked-- == 0; };
      }
      const Exploration ended = explore(program, part);
      REQUIRE(ended.checkpoint.refused.empty());
      REQUIRE(ended.checkpoint.failed.empty());
      CHECK(ended.checkpoint.states_before <= ended.stats.states);
      if (!ended.checkpoint.is_written) break;
      seen = ended.stats.states;
    }
    part.limits = options.limits;
    part.workers = static_cast<unsigned>(1 + dice.below(2));
    const Exploration last = explore(program, part);
    REQUIRE(last.checkpoint.refused.empty());
    check_same_exploration(last, whole);
    if (last.checkpoint.states_before > 0) ++gone_on;
    if (last.stats.reduction.ends_with("symmetry")) ++with_symmetry;
    if (last.stats.reduction.starts_with("stubborn")) ++with_reduction;
    std::filesystem::remove(place.path);
  }
  if (seeds >= 100) {
    CHECK(gone_on > seeds / 2);
    CHECK(with_symmetry > 0);
    CHECK(with_reduction > 0);
  }
}

// Where interleavings never end, a search with a reduction goes back to states that it has
// followed.
TEST_CASE("checkpoint: a search of loops without end may be ended at each of its last states",
          "[explorer][checkpoint][oracle]") {
  const Place place("loops");
  std::uint64_t ended = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + fewer_if_slow(400); ++seed) {
    CAPTURE(seed);
    const std::string scenario = random_loops(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    ExploreOptions options;
    options.workers = 1;
    options.reduce = seed % 4 != 0;
    options.limits.states_max = 1000;
    const Exploration whole = explore(*loaded.program, options);
    const std::uint64_t states = whole.stats.states;
    for (std::uint64_t max = states < 12 ? 1 : states - 11; max < states; ++max) {
      CAPTURE(max);
      ExploreOptions part = options;
      part.limits.states_max = max;
      part.checkpoint = CheckpointOptions{place.path, 60, {}};
      REQUIRE(explore(*loaded.program, part).checkpoint.is_written);
      part.limits.states_max = options.limits.states_max;
      const Exploration last = explore(*loaded.program, part);
      CHECK(last.checkpoint.states_before <= max);
      check_same_exploration(last, whole);
      std::filesystem::remove(place.path);
      ++ended;
    }
  }
  CHECK(ended > 0);
}

TEST_CASE("checkpoint: writing them all the time changes nothing", "[explorer][checkpoint]") {
  const Place place("often");
  for (std::uint64_t seed = first_seed; seed < first_seed + fewer_if_slow(40); ++seed) {
    CAPTURE(seed);
    const Program program = random_program(seed);
    ExploreOptions options = random_options(seed);
    const Exploration without = explore(program, options);
    options.checkpoint = CheckpointOptions{place.path, 0, {}};
    const Exploration with = explore(program, options);
    check_same_exploration(with, without);
    CHECK(with.checkpoint.failed.empty());
    CHECK_FALSE(std::filesystem::exists(place.path + ".tmp"));
    std::filesystem::remove(place.path);
  }
}

// The file of a search that was ended in the middle; nothing if it is a short one.
std::string some_checkpoint(const Program& program, const Place& place, std::uint64_t seed) {
  std::filesystem::remove(place.path);
  ExploreOptions options = random_options(seed);
  const std::uint64_t states = explore(program, options).stats.states;
  if (states < 20) return {};
  options.limits.states_max = states / 2;
  options.checkpoint = CheckpointOptions{place.path, 60, {{"seed", "any"}}};
  REQUIRE(explore(program, options).checkpoint.is_written);
  return place.content();
}

TEST_CASE("checkpoint: a file of which any byte is another, or missing, is refused",
          "[explorer][checkpoint]") {
  const Place place("damaged");
  const Program program = random_program(1);
  const std::string whole = some_checkpoint(program, place, 1);
  REQUIRE(whole.size() > 1000);
  std::string why;
  REQUIRE(CheckpointReader::open(place.path, why).has_value());
  Dice dice(1);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CAPTURE(i);
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 + static_cast<char>(dice.below(255))));
    place.write(damaged);
    why.clear();
    CHECK_FALSE(CheckpointReader::open(place.path, why).has_value());
    CHECK_FALSE(why.empty());
  }
  for (int i = 0; i < 300; ++i) {
    place.write(whole.substr(0, dice.below(whole.size())));
    CHECK_FALSE(CheckpointReader::open(place.path, why).has_value());
  }
  place.write(whole + '\0');
  CHECK_FALSE(CheckpointReader::open(place.path, why).has_value());
}

std::string with_right_checksum(std::string file) {
  XXH128_canonical_t hash;
  file.resize(file.size() - sizeof hash.digest);
  XXH128_canonicalFromHash(&hash, XXH3_128bits(file.data(), file.size()));
  return file.append(reinterpret_cast<const char*>(hash.digest), sizeof hash.digest);
}

// What somebody has written on purpose is believed, or not; it is never read beyond its end.
TEST_CASE("checkpoint: whatever stands in a file with the right checksum can be read",
          "[explorer][checkpoint][fuzz]") {
  const Place place("hostile");
  std::uint64_t refused = 0, believed = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + fewer_if_slow(24); ++seed) {
    const Program program = random_program(seed);
    const std::string whole = some_checkpoint(program, place, seed);
    if (whole.empty()) continue;
    const ExploreOptions options = random_options(seed);
    Dice dice(seed);
    for (int i = 0; i < 60; ++i) {
      CAPTURE(seed, i);
      std::string hostile = whole;
      const std::size_t from = dice.percent(50) ? 100 : hostile.size() * 9 / 10;
      for (std::size_t changes = i == 0 ? 0 : 1 + dice.below(3); changes > 0; --changes) {
        const std::size_t at = from + dice.below(hostile.size() - from);
        hostile[at] = static_cast<char>(dice.percent(30) ? 0xff : dice.below(256));
      }
      if (i > 0 && dice.percent(10)) hostile.erase(100 + dice.below(hostile.size() - 200), 1);
      place.write(with_right_checksum(hostile));

      std::string why;
      ExploreOptions with = options;
      with.checkpoint = CheckpointOptions{place.path, 60, {{"seed", "any"}}};
      std::optional<CheckpointReader> from_file = Checkpoints(with).open(why);
      if (!from_file) {
        CHECK_FALSE(why.empty());
        ++refused;
        continue;
      }
      from_file->number();
      const Machine machine(program);
      read(*from_file, machine);
      TreeTable states(threads_offset(program), nullptr, StateGraph::halving);
      if (from_file->fits()) states.read(*from_file);
      std::vector<Word> row;
      for (std::uint32_t id = 0; id < states.size() && from_file->fits(); ++id) {
        states.read(id, row);
      }
      if (i == 0) CHECK(from_file->fits());
      ++(from_file->fits() ? believed : refused);
    }
  }
  CHECK(refused > 0);
  CHECK(believed > 0);
}

TEST_CASE("checkpoint: one of another search is refused, and what differs is said",
          "[explorer][checkpoint]") {
  const Place place("another");
  const Program program = random_program(1);
  ExploreOptions options = random_options(1);
  options.reduce = options.symmetry = true;
  options.limits.states_max = 5;
  options.checkpoint = CheckpointOptions{place.path, 60, {{"--set", "N=2"}}};
  REQUIRE(explore(program, options).checkpoint.is_written);
  const auto refused = [&](auto change) {
    ExploreOptions other = options;
    change(other);
    return explore(program, other).checkpoint.refused;
  };
  CHECK(refused([](ExploreOptions&) {}).empty());
  ExploreOptions slow = options;
  slow.memoise = false;
  const Exploration nothing = explore(program, slow);
  CHECK(nothing.verdict == Verdict::incomplete);
  CHECK_FALSE(nothing.complete);
  CHECK(nothing.incomplete_reason == "checkpoint: " + nothing.checkpoint.refused);
  const std::string begin = "it is of another search: ";
  CHECK(refused([](ExploreOptions& o) { o.checkpoint->of[0].second = "N=3"; }) ==
        begin + "--set is N=2 there and N=3 here");
  CHECK(refused([](ExploreOptions& o) { o.reduce = false; }) ==
        begin + "--no-reduction is not given there and given here");
  CHECK(refused([](ExploreOptions& o) { o.symmetry = false; }) ==
        begin + "--no-symmetry is not given there and given here");
  CHECK(refused([](ExploreOptions& o) { o.memoise = false; }) ==
        begin + "--no-memo is not given there and given here");
  CHECK(refused([](ExploreOptions& o) { o.forget_dead_locals = false; }) ==
        begin + "--no-liveness is not given there and given here");
  CHECK(refused([](ExploreOptions& o) { o.limits.steps_max = 7; }) ==
        begin + "--max-steps is 0 there and 7 here");
  place.write("{\"lockstep\": 1, \"threads\": {}}  and more of it");
  CHECK(refused([](ExploreOptions&) {}) == "it is no checkpoint of lockstep");
  place.write("");
  CHECK(refused([](ExploreOptions&) {}) == "it is too short for a checkpoint of lockstep");
}

TEST_CASE("checkpoint: where it cannot be written the one before stays", "[explorer][checkpoint]") {
  const Place place("kept");
  place.write("before");
  {
    CheckpointWriter writer(place.path);
    writer.text("half of it");
  }
  CHECK(place.content() == "before");
  CHECK_FALSE(std::filesystem::exists(place.path + ".tmp"));
  {
    CheckpointWriter first(place.path), second(place.path);
    CHECK(second.finish().has_value());  // the first one is at it
    CHECK(place.content() == "before");
    CHECK_FALSE(first.finish().has_value());
  }
  CHECK(place.content() != "before");
  CHECK(CheckpointWriter("/no such folder/file").finish() == "No such file or directory");
}

}  // namespace
}  // namespace lockstep
