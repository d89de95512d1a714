// Tables that lie on a disk are those that lie in memory, and a disk that is full ends the search.
#include "explorer/spill_folder.h"

#include <sys/resource.h>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <string>

#include "explorer/pair_table.h"
#include "tests/support/dice.h"

namespace lockstep {
namespace {

const std::string folder = std::filesystem::temp_directory_path().string();

// No file may be larger than this until its end.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    before_signal_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, before_signal_);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  rlimit before_{};
  void (*before_signal_)(int) = SIG_DFL;
};

Pair some_pair(std::uint32_t i) { return {i * 7 % 1000, i}; }

TEST_CASE("spill folder: a table in it is one in memory", "[explorer][spill]") {
  SpillFolder spill(folder);
  REQUIRE_FALSE(spill.cannot_use().has_value());
  {
    PairTable spilled(&spill), plain;
    constexpr std::uint32_t pairs = 900'000;
    bool all_same = true;
    for (std::uint32_t i = 0; i < pairs; ++i) {
      const Pair pair = some_pair(i % 5 == 4 ? i / 2 : i);
      const PairTable::Place a = spilled.intern(pair), b = plain.intern(pair);
      all_same = all_same && a.id == b.id && a.added == b.added;
    }
    CHECK(all_same);
    CHECK(spilled.memory_bytes() == plain.memory_bytes());
    CHECK(spill.bytes() > spilled.memory_bytes() / 2);
    CHECK(spill.bytes() <= spilled.memory_bytes());
  }
  CHECK(spill.bytes() == 0);
  CHECK(spill.bytes_most() > 0);
  CHECK(spill.has_room());
}

TEST_CASE("spill folder: where there is no room the table is in memory, and has all its pairs",
          "[explorer][spill]") {
  SpillFolder spill(folder);
  {
    PairTable table(&spill);
    const FileLimit limit(3 << 20);
    std::uint32_t full_at = 0;
    bool all_new = true;
    constexpr std::uint32_t pairs = 2'000'000;
    for (std::uint32_t i = 0; i < pairs; ++i) {
      all_new = all_new && table.intern(some_pair(i)).id == i;
      if (full_at == 0 && !spill.has_room()) full_at = i;
    }
    CHECK(all_new);
    CHECK(full_at > 0);
    CHECK(spill.failed() == "File too large");
    bool all_there = true;
    for (std::uint32_t i = 0; i < pairs; ++i)
      all_there = all_there && table.find(some_pair(i)) == i;
    CHECK(all_there);
  }
  CHECK(spill.bytes() == 0);
}

TEST_CASE("spill folder: one that is none says why", "[explorer][spill]") {
  CHECK(SpillFolder("/no such folder").cannot_use() == "No such file or directory");
  CHECK(SpillFolder("/dev/null").cannot_use() == "Not a directory");
}

}  // namespace
}  // namespace lockstep
