#include "tests/support/random_waits.h"

#include <algorithm>

#include "tests/support/dice.h"

namespace lockstep {

std::string random_waits(std::uint64_t seed) {
  Dice dice(seed);
  const auto flag = [&]() -> std::string { return dice.below(2) == 0 ? "f" : "g"; };
  const auto test = [&]() -> std::string { return (dice.below(2) == 0 ? "not " : "") + flag(); };
  const auto deed = [&]() -> std::string {
    switch (dice.below(14)) {
      case 12:
      case 13: {
        const std::string its = flag();
        return "{'set': '" + its + "', 'to': 'True'}, {'set': '" + its + "', 'to': 'False'}";
      }
      case 0:
        return "{'set': '" + flag() + "', 'to': 'True'}";
      case 1:
        return "{'set': '" + flag() + "', 'to': 'False'}";
      case 2:
        return "{'event_set': 'e'}";
      case 3:
        return "{'event_clear': 'e'}";
      case 4:
        return "{'with': 'c', 'do': [{'set': '" + flag() + "', 'to': '" +
               (dice.below(2) == 0 ? "True" : "False") + "'}, {'notify_all': 'c'}]}";
      case 5:
        return "{'with': 'm', 'do': [{'yield': true}]}";
      case 6:
        return dice.below(6) > 0 ? "{'event_set': 'e'}, {'event_clear': 'e'}"
                                 : "{'barrier_wait': 'b'}";
      case 7:
        return "{'put': 'q', 'item': '1'}, {'task_done': 'q'}";
      case 8:
        return "{'choose': 'x', 'from': '[0, 1]'}, {'if': 'x', 'then': [{'event_set': 'e'}]}";
      default:
        return "{'with': 'c', 'do': [{'set': 'n', 'to': 'n + 1'}]}, {'with': 'c', 'do': [{'set': "
               "'n', "
               "'to': 'n - 1'}, {'if': 'n == 0', 'then': [{'notify_all': 'c'}]}]}";
    }
  };
  const auto wait = [&]() -> std::string {
    switch (dice.below(24)) {
      case 0:
        return "{'with': 'c', 'do': [{'while': '" + test() + "', 'do': [{'wait': 'c'}]}]}";
      case 1:
        return "{'wait': 'e'}";
      case 2:
        return "{'while': '" + test() + "', 'do': [{'yield': true}]}";
      case 3:
        return "{'set': 'got', 'to': 'False'}, {'while': 'not got', 'do': [{'acquire': 'm', "
               "'blocking': false, 'into': 'got'}]}, {'release': 'm'}";
      case 4:
        return "{'acquire': 'm'}, {'release': 'm'}";
      case 5:
        return "{'set': 'got', 'to': 'False'}, {'while': 'not got', 'do': [{'wait': 'e', "
               "'timeout': 1, 'into': 'got'}]}";
      case 6:
        return "{'while': 'True', 'do': [{'with': 'm', 'do': [{'if': '" + flag() +
               "', 'then': [{'break': true}]}]}]}";
      case 7:
        return "{'await': '" + test() + "'}";
      case 8:
      case 15:
      case 16:
      case 19:
      case 20:
        return "{'while': '" + test() + "', 'do': [" + deed() + ", {'yield': true}]}";
      case 9:
        return "{'while': '" + test() + "', 'do': [{'set': '" + flag() +
               "', 'to': 'True'}, {'if': '" + test() +
               "', 'then': [{'continue': true}]}, {'set': '" + flag() + "', 'to': 'False'}]}";
      case 10:
        return "{'while': 'True', 'do': [{'while': '" + test() + "', 'do': [{'wait': 'e'}, " +
               "{'event_clear': 'e'}]}, {'if': '" + test() + "', 'then': [{'break': true}]}]}";
      case 17:
        return "{'barrier_wait': 'b'}";
      case 11:
      case 18:
        return "{'with': 'c', 'do': [{'wait_for': 'c', 'until': '" + test() + "'}]}";
      case 12:
      case 13:
      case 14:
        return "{'with': 'c', 'do': [{'while': 'n > 0', 'do': [{'wait': 'c'}]}]}";
      default:
        return "{'get': 'q'}";
    }
  };
  std::string threads;
  for (std::size_t thread = 0, count = 2 + (dice.below(3) > 0 ? 1 : 0); thread < count; ++thread) {
    std::string body = "{'global': ['f', 'g', 'n']}";
    const bool waits = thread == 0 || dice.below(6) == 0;
    for (std::size_t i = 0, statements = 1 + dice.below(2); i < statements; ++i) {
      body += ", " + (waits && dice.below(4) > 0 ? wait() : deed());
    }
    if (!waits) {
      const std::string until = dice.below(4) == 0 ? test() : "True";
      body = "{'global': ['f', 'g', 'n']}, {'while': '" + until + "', 'do': [" + deed() +
             (dice.below(2) == 0 ? ", " + deed() : "") + "]}";
    }
    threads += std::string(threads.empty() ? "" : ", ") + "'T" + std::to_string(thread) + "': [" +
               body + "]";
  }
  std::string text =
      std::string("{'lockstep': 1, ") + (dice.below(2) == 0 ? "'machine': {'gil': 'none'}, " : "") +
      "'objects': {'e': 'Event', 'c': 'Condition', 'm': 'Lock', "
      "'b': {'type': 'Barrier', 'parties': 2}, "
      "'q': {'type': 'Queue', 'maxsize': 1}}, 'variables': {'f': false, 'g': true, 'n': 0}, "
      "'threads': {" +
      threads + "}}";
  std::ranges::replace(text, '\'', '"');
  return text;
}

std::string random_waits_of_processes(std::uint64_t seed) {
  Dice dice(seed);
  const auto deed = [&]() -> std::string {
    switch (dice.below(8)) {
      case 0:
        return "{'event_set': 'e'}";
      case 1:
        return "{'event_clear': 'e'}";
      case 2:
        return "{'set': 'v.value', 'to': '1'}, {'set': 'v.value', 'to': '0'}";
      case 3:
        return "{'set': 'v.value', 'to': '1 - v.value'}";
      case 4:
        return "{'with': 'm', 'do': [{'yield': true}]}";
      case 5:
        return "{'release': 's'}";
      case 6:
        return "{'set': 'n', 'to': '1 - n'}";
      default:
        return "{'event_set': 'e'}, {'event_clear': 'e'}";
    }
  };
  const auto wait = [&]() -> std::string {
    switch (dice.below(8)) {
      case 0:
        return "{'wait': 'e'}";
      case 1:
        return "{'while': 'v.value == 0', 'do': [{'yield': true}]}";
      case 2:
        return "{'set': 'got', 'to': 'False'}, {'while': 'not got', 'do': [{'acquire': 'm', "
               "'blocking': false, 'into': 'got'}]}, {'release': 'm'}";
      case 3:
        return "{'while': 'not e.is_set()', 'do': [" + deed() + "]}";
      case 4:
        return "{'while': 'v.value == 0', 'do': [{'wait': 'e'}, {'event_clear': 'e'}]}";
      case 5:
        return "{'acquire': 's'}";
      case 6:
        return "{'while': 'n == 0 and v.value == 0', 'do': [{'set': 'n', 'to': '1 - n'}, "
               "{'set': 'n', 'to': '1 - n'}]}";
      default:
        return "{'await': 'v.value == 1'}";
    }
  };
  const auto body = [&](bool waits) {
    if (waits) return wait();
    return "{'while': 'True', 'do': [" + deed() + (dice.below(2) == 0 ? ", " + deed() : "") + "]}";
  };
  const bool child_waits = dice.below(2) == 0;
  std::string text =
      "{'lockstep': 1, 'machine': {'gil': 'none'}, 'objects': {'e': 'mp.Event', 'm': 'mp.Lock', "
      "'s': {'type': 'mp.BoundedSemaphore', 'value': 1}, 'v': 'mp.Value'}, 'variables': {'n': 0}, "
      "'functions': {'child': [{'global': 'n'}, " +
      body(child_waits) + "]}, 'main': [{'global': 'n'}, {'process': 'p', 'target': 'child'}, " +
      "{'start': 'p'}, " + body(!child_waits) + ", {'join': 'p'}]}";
  std::ranges::replace(text, '\'', '"');
  return text;
}

}  // namespace lockstep
