// engine/run/holdings.cpp: who holds what since when and where, after a schedule.
#include "engine/run/holdings.h"

#include <catch2/catch.hpp>

#include "engine/run/threads.h"
#include "language/schedule.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

// "T1 m x2 since 1 line 5", by time of acquisition.
std::vector<std::string> held_after(const Program& program, std::string_view schedule) {
  const ReadSchedule read = read_schedule_text(program, schedule);
  REQUIRE(read.schedule);
  const Machine machine(program);
  TraceRecorder recorder(nullptr);
  const RunResult result = run(machine, *scripted_policy(program, *read.schedule, 0), &recorder);
  INFO(result.reason);
  REQUIRE(result.end != RunResult::End::refused);
  std::vector<std::string> lines;
  for (const Holding& held : recorder.holdings()) {
    lines.push_back(thread_name(machine, result.state, held.thread) + ' ' +
                    object_label(program, held.object) + " x" + std::to_string(held.count) +
                    " since " + std::to_string(held.step) + " line " +
                    std::to_string(program.sites[held.site.index].line));
  }
  return lines;
}

TEST_CASE("holdings: locks, deep ones, permits, and what wait gives up", "[engine][run][trace]") {
  const auto program = program_of(R"({
    'machine': {'gil': 'none'},
    'objects': {'m': 'Lock', 'r': 'RLock', 's': {'type': 'Semaphore', 'value': 3}, 'c': 'Condition'},
    'threads': {
      'T1': [
        {'with': 'r', 'do': [
          {'with': 'r', 'do': [
            {'acquire': 'm'}]}]},
        {'acquire': 's'},
        {'acquire': 's'},
        {'release': 's', 'n': 2}],
      'T2': [
        {'acquire': 'm', 'blocking': false},
        {'release': 'm'},
        {'release': 's'}],
      'T3': [
        {'with': 'c', 'do': [
          {'with': 'c', 'do': [
            {'wait': 'c', 'timeout': 1},
            {'sleep': 1}]}]}]}})");
  struct Row {
    const char* what;
    const char* schedule;
    std::vector<std::string> held;
  };
  const Row row = GENERATE(values<Row>({
      {"once", "T1", {"T1 r x1 since 1 line 6"}},
      {"twice: the outermost place", "T1*2", {"T1 r x2 since 1 line 6"}},
      {"two locks", "T1*3", {"T1 r x2 since 1 line 6", "T1 m x1 since 3 line 8"}},
      {"the inner level given back", "T1*4", {"T1 r x1 since 1 line 6", "T1 m x1 since 3 line 8"}},
      {"both given back", "T1*5", {"T1 m x1 since 3 line 8"}},
      {"permits", "T1*7", {"T1 m x1 since 3 line 8", "T1 s x2 since 6 line 9"}},
      {"two permits at once", "T1*8", {"T1 m x1 since 3 line 8"}},
      {"an acquire in vain", "T1*5,T2", {"T1 m x1 since 3 line 8"}},
      {"another thread lets the Lock go", "T1*5,T2*2", {}},
      {"and gives back a permit that it never took", "T1*7,T2*3", {"T1 s x1 since 6 line 9"}},
      {"a wait gives up every level", "T3*3", {}},
      {"and takes them again", "T3*3,T3!,T3", {"T3 c x2 since 5 line 19"}},
  }));
  CAPTURE(row.what);
  CHECK(held_after(*program, row.schedule) == row.held);
}

TEST_CASE("holdings: a thread that waits on a Condition of a plain Lock", "[engine][run][trace]") {
  // The Condition's objects are its lock's: the acquire goes to m.
  const auto program = program_of(R"({
    'machine': {'gil': 'none'},
    'objects': {'m': 'Lock', 'c': {'type': 'Condition', 'lock': 'm'}},
    'threads': {
      'T1': [
        {'acquire': 'c'},
        {'wait': 'c'}],
      'T2': [
        {'with': 'm', 'do': [
          {'notify': 'c'}]}]}})");
  CHECK(held_after(*program, "T1") == std::vector<std::string>{"T1 m x1 since 1 line 6"});
  CHECK(held_after(*program, "T1*2,T2").front() == "T2 m x1 since 3 line 9");
  CHECK(held_after(*program, "T1*2,T2*3,T1*2") ==
        std::vector<std::string>{"T1 m x1 since 7 line 7"});
}

}  // namespace
}  // namespace lockstep
