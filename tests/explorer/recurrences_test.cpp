// What programs that never end do again and again.
#include "explorer/recurrences.h"

#include <catch2/catch.hpp>

#include "tests/support/running.h"

namespace lockstep {
namespace {

std::string shown(const Recurrences& recurrences) {
  std::string out = recurrences.incomplete_reason;
  for (const Recurrence& part : recurrences.parts) {
    out += part.is_final ? "[" : "(";
    for (const Deed& deed : part.deeds) out += deed.thread + " " + deed.what + " " + deed.on + ", ";
    for (const auto& [thread, exception] : part.ended) out += thread + ":" + exception + " ";
    out += part.is_final ? "]" : ")";
  }
  return out + (recurrences.somebody_stays_behind ? " behind" : "");
}

struct Row {
  const char* what;
  std::string scenario, parts;
};

TEST_CASE("Recurrences: what is done for ever, and by whom", "[explorer][recurrences]") {
  const Row row = GENERATE(values<Row>({
      {"what comes once does not come again",
       R"s({'variables': {'n': 0}, 'objects': {'m': 'Lock'}, 'machine': {'gil': 'none'},
            'threads': {'A': [{'set': 'n', 'to': '1'}, {'while': 'True', 'do': [{'with': 'm', 'do': [{'yield': true}]}]}]}})s",
       "[A acquire m, A release m, ]"},
      {"threads that may also get stuck: the part that only that leaves",
       R"s({'objects': {'a': 'Lock', 'b': 'Lock'}, 'machine': {'gil': 'none'},
            'threads': {'A': [{'while': 'True', 'do': [{'with': ['a', 'b'], 'do': [{'yield': true}]}]}],
                        'B': [{'while': 'True', 'do': [{'with': ['b', 'a'], 'do': [{'yield': true}]}]}]}})s",
       "(A acquire a, A acquire b, A release a, A release b, B acquire a, B acquire b, B release "
       "a, B release b, )"},
      {"a thread that has to wait for ever stays behind",
       R"s({'objects': {'a': 'Lock'}, 'machine': {'gil': 'none'},
            'threads': {'A': [{'acquire': 'a'}, {'while': 'True', 'do': [{'yield': true}]}],
                        'B': [{'acquire': 'a'}, {'release': 'a'}]}})s",
       "[B: ] behind"},
      {"who tries in vain has not acquired",
       R"s({'objects': {'a': 'Lock', 's': {'type': 'Semaphore', 'value': 0}, 'q': 'Queue'}, 'machine': {'gil': 'none'},
            'threads': {'A': [{'acquire': 'a'}, {'while': 'True', 'do': [{'yield': true}]}],
                        'B': [{'sleep': 1}, {'acquire': 's', 'timeout': 1}, {'while': 'True', 'do': [
                          {'acquire': 'a', 'blocking': false}, {'acquire': 's', 'timeout': 1},
                          {'try': [{'get': 'q', 'timeout': 1}], 'except': [{'type': 'Empty', 'do': [{'pass': true}]}]}]}]}})s",
       "[] behind"},
      {"threads of one name are told apart",
       R"s({'objects': {'m': 'Lock'}, 'machine': {'gil': 'none'},
            'functions': {'f': [{'while': 'True', 'do': [{'with': 'm', 'do': [{'yield': true}]}]}]},
            'main': [{'spawn': 'f', 'name': '\"x\"'}, {'spawn': 'f', 'name': '\"x\"'}]})s",
       "[x#1 acquire m, x#1 release m, x#2 acquire m, x#2 release m, MainThread: ]"},
      {"an end with an exception is told",
       R"s({'threads': {'A': [{'raise': 'ValueError(1)'}], 'B': [{'while': 'True', 'do': [{'yield': true}]}]}})s",
       "[A:ValueError: 1 ]"},
  }));
  INFO(row.what);
  const auto program = program_of(row.scenario);
  CHECK(shown(recurrences(*program, {})) == row.parts);
}

TEST_CASE("Recurrences: a limit is said", "[explorer][recurrences]") {
  const auto program = program_of(
      R"s({'variables': {'n': 0}, 'threads': {'A': [{'while': 'True', 'do': [{'set': 'n', 'to': '(n + 1) % 50'}]}]}})s");
  ExploreLimits limits;
  limits.states_max = 10;
  CHECK(shown(recurrences(*program, limits)) ==
        "states: the limit of 10 was reached without reduction");
  CHECK(recurrences(*program, {}).values.size() == 50);
}

}  // namespace
}  // namespace lockstep
