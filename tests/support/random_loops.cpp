#include "tests/support/random_loops.h"

#include <algorithm>

#include "tests/support/dice.h"

namespace lockstep {

// Two or three threads with loops that end when a flag says so, and with waits that others end if
// a flag says so.
std::string random_loops(std::uint64_t seed) {
  Dice dice(seed);
  const auto flag = [&] { return dice.below(2) == 0 ? "f" : "g"; };
  const auto simple = [&]() -> std::string {
    switch (dice.below(7)) {
      case 0:
        return std::string("{'set': '") + flag() + "', 'to': 'True'}";
      case 1:
        return std::string("{'set': '") + flag() + "', 'to': 'False'}";
      case 2:
        return "{'event_set': 'e'}";
      case 3:
        return "{'wait': 'e'}";
      case 4:
        return "{'put': 'q', 'item': '1'}";
      case 5:
        return "{'get': 'q'}";
      default:
        return "{'with': 'm', 'do': [{'yield': true}]}";
    }
  };
  std::string threads;
  for (std::size_t thread = 0, count = 2 + dice.below(2); thread < count; ++thread) {
    std::string body;
    for (std::size_t i = 0, statements = 1 + dice.below(3); i < statements; ++i) {
      std::string statement = simple();
      if (dice.below(3) == 0) {
        statement = std::string("{'if': '") + flag() + "', 'then': [" + statement + "]}";
      }
      if (dice.below(3) == 0) {
        statement = std::string("{'while': '") + (dice.below(2) == 0 ? "not " : "") + flag() +
                    "', 'do': [" + (dice.below(2) == 0 ? statement + ", " : "") +
                    "{'yield': true}]}";
      }
      body += (body.empty() ? "" : ", ") + statement;
    }
    threads += std::string(threads.empty() ? "" : ", ") + "'T" + std::to_string(thread) + "': [" +
               body + "]";
  }
  std::string text =
      "{'lockstep': 1, 'objects': {'e': 'Event', 'q': {'type': 'Queue', 'maxsize': 1}, "
      "'m': 'Lock'}, 'variables': {'f': false, 'g': true}, 'threads': {" +
      threads + "}}";
  std::ranges::replace(text, '\'', '"');
  return text;
}

}  // namespace lockstep
