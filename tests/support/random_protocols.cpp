#include "tests/support/random_protocols.h"

#include <vector>

#include "tests/support/dice.h"

namespace lockstep {
namespace {

// In the text ' stands for ".
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : dice_(seed) {}

  std::string scenario() {
    std::string text;
    switch (dice_.below(10)) {
      case 0:
      case 1:
        text = consumers();
        break;
      case 2:
        text = tasks();
        break;
      case 3:
        text = kept();
        break;
      case 4:
        text = pool();
        break;
      case 5:
        text = barrier();
        break;
      case 6:
        text = joins();
        break;
      case 7:
        text = update();
        break;
      default:
        text = condition();
        break;
    }
    for (char& c : text) {
      if (c == '\'') c = '"';
    }
    return "{\"lockstep\": 1, \"machine\": {\"gil\": \"" +
           dice_.one_of<std::string>({"3.12", "none"}) + "\"},\n " + text + "}\n";
  }

 private:
  std::string pick(const std::vector<std::string>& of) { return dice_.one_of(of); }
  std::string number(std::size_t least, std::size_t most) {
    return std::to_string(least + dice_.below(most - least + 1));
  }
  // Now and then a comment and a line break, as people have them.
  std::string gap() { return pick({" ", " ", "\n   ", "  // so\n   "}); }

  // Waiters of a condition, and those who tell them.
  std::string condition() {
    const std::string wait = pick({"{'wait': 'c'}", "{'wait': 'c', 'timeout': 1}"});
    const std::string as_if = "{'if': 'not n', 'then': [" + wait + "]}";
    const std::string test = pick({"{'while': 'not n', 'do': [" + wait + "]}", as_if, as_if, wait});
    const std::string act = pick({"{'set': 'n', 'to': 'n - 1'}", "{'assert': 'n > 0'}",
                                  "{'assert': 'n > 0'}", "{'set': 'm', 'to': 'm + 1'}"});
    std::string waiter = "{'with': 'c', 'do': [" + test + "," + gap() + act + "]}";
    if (dice_.percent(25)) {
      waiter = "{'" + pick({"while': 'not n', 'do", "if': 'not n', 'then"}) +
               "': [{'with': 'c', 'do': [" + wait + "]}]}";
    }
    const std::string tell = pick(
        {"{'notify': 'c'}", "{'notify': 'c'}", "{'notify': 'c', 'n': 2}", "{'notify_all': 'c'}"});
    const std::string change = "{'set': 'n', 'to': 'n + " + number(1, 2) + "'}";
    const std::string under_lock = "{'with': 'c', 'do': [" + change + "," + gap() + tell + "]}";
    const std::string teller = pick({under_lock, under_lock, under_lock,
                                     "{'with': 'c', 'do': [" + tell + "]}," + gap() + change,
                                     "{'with': 'c', 'do': [" + tell + "]}", change + ", " + tell});
    return "'objects': {'c': 'Condition'}, 'variables': {'n': 0, 'm': 0},\n 'functions': {'w': "
           "[{'global': ['n', 'm']}," +
           gap() + waiter + "], 't': [{'global': ['n', 'm']}," + gap() + teller +
           "]},\n 'threads': {'W1': {'target': 'w'}, 'W2': {'target': '" + pick({"w", "w", "t"}) +
           "'}, 'T': {'target': 't'}}";
  }

  // Consumers that end with a sentinel, of which there may be too few; a queue that may be small.
  std::string consumers() {
    const std::string get = "{'get': 'q', 'into': 'x'}";
    const std::string consume = get +
                                ", {'while': 'x is not None', 'do': [{'set': 'n', 'to': 'n + x'}," +
                                gap() + get + "]}";
    std::string produce = "{'put': 'q', 'item': 1}";
    const std::size_t sentinels = dice_.below(3);
    for (std::size_t i = 0; i < sentinels; ++i)
      produce += "," + gap() + "{'put': 'q', 'item': null}";
    const std::string threads = dice_.percent(70)
                                    ? "'C1': {'target': 'c'}, 'C2': {'target': 'c'}, 'P': ["
                                    : "'C1': {'target': 'c'}, 'P': [";
    return "'objects': {'q': {'type': '" + pick({"Queue", "LifoQueue"}) +
           "', 'maxsize': " + number(0, 1) +
           "}}, 'variables': {'n': 0},\n 'functions': {'c': [{'global': 'n'}, " + consume +
           "]},\n 'threads': {" + threads + produce + "]}";
  }

  // Workers of a queue that is joined.
  std::string tasks() {
    const std::string done = "{'task_done': 'q'}";
    const std::string work =
        pick({"{'set': 'n', 'to': 'n + 1'}", "{'set': 'n', 'to': 'n + 1 // x'}"});
    const std::string loop =
        pick({"'while': 'True'", "'while': 'True'", "'for': 'i', 'in': 'range(2)'"});
    const std::string rest =
        pick({work, work + "," + gap() + done, done + ", " + work,
              "{'try': [" + work + "," + gap() + done +
                  "], 'except': {'type': 'ZeroDivisionError', 'do': [{'pass': true}]}}",
              "{'if': 'x == 0', 'then': [{'continue': true}]}," + gap() + work + ", " + done});
    return "'objects': {'q': 'Queue'}, 'variables': {'n': 0},\n 'functions': {'w': [{'global': "
           "'n'}, "
           "{" +
           loop + ", 'do': [{'get': 'q', 'into': 'x'}," + gap() + rest +
           "]}]},\n 'threads': {'W': {'target': 'w'" + pick({"", ", 'daemon': true"}) +
           "}},\n 'main': [{'start': 'W'}, {'put': 'q', 'item': " + number(0, 1) +
           "}, {'put': 'q', 'item': 1}," + gap() + pick({"{'join': 'q'}", "{'pass': true}"}) + "]";
  }

  // A lock or permit that is not let go on every way.
  std::string kept() {
    const std::string type = pick({"Lock", "RLock", "Semaphore", "BoundedSemaphore"});
    const std::string out =
        pick({"{'if': 'x', 'then': [{'return': null}]}",
              "{'if': 'x', 'then': [{'release': 'k'}, {'return': null}]}",
              "{'if': 'x', 'then': [{'raise': 'ValueError(1)'}]}", "{'pass': true}"});
    const std::string more = pick({"", "{'acquire': 'k'}, ", ""});
    const std::string release =
        pick({"," + gap() + "{'release': 'k'}", "," + gap() + "{'release': 'k'}", ""});
    return "'objects': {'k': '" + type +
           "'}, 'variables': {'n': 0},\n 'functions': {'f': {'params': ['x'], 'body': [{'global': "
           "'n'}, {'acquire': 'k'}," +
           gap() + more + out + ", {'set': 'n', 'to': 'n + 1'}" + release +
           "]}},\n 'threads': {'T1': {'target': 'f', 'args': [" + number(0, 1) +
           "]}, 'T2': {'target': 'f', 'args': [" + number(0, 1) + "]}}";
  }

  // Tasks that wait for tasks.
  std::string pool() {
    const std::string wait =
        pick({"{'result': 'f', 'into': 'y'}", "{'result': 'f'}, {'set': 'y', 'to': 1}"});
    return "'objects': {'p': {'type': 'ThreadPoolExecutor', 'max_workers': " + number(1, 2) +
           "}}, 'variables': {'n': 0},\n 'functions': {'a': {'params': ['x'], 'body': [{'return': "
           "'x'}]}, 'b': {'params': ['x'], 'body': [{'submit': 'p', 'function': 'a', 'args': "
           "['x'], 'into': 'f'}," +
           gap() + wait +
           ", {'return': 'y'}]}},\n 'main': [{'submit': 'p', 'function': 'b', 'args': " +
           "[1], 'into': 'f'}, " +
           pick({"{'submit': 'p', 'function': 'b', 'args': [2], 'into': 'g'}, {'result': 'g'}, ",
                 ""}) +
           "{'result': 'f', 'into': 'n'}]";
  }

  std::string barrier() {
    const std::string come = "{'barrier_wait': 'b'}";
    std::string threads;
    const std::size_t count = 2 + dice_.below(2);
    for (std::size_t i = 0; i < count; ++i) {
      threads += (i > 0 ? ", 'T" : "'T") + std::to_string(i) + "': [" + come +
                 (dice_.percent(15) ? "," + gap() + come : "") + "]";
    }
    return "'objects': {'b': {'type': 'Barrier', 'parties': " + number(2, 4) +
           "}},\n 'threads': {" + threads + "}";
  }

  // A join under a lock, or in front of what the one who is joined waits for.
  std::string joins() {
    const std::string work =
        pick({"{'with': 'm', 'do': [{'set': 'n', 'to': 'n + 1'}]}",
              "{'put': 'q', 'item': 1}," + gap() + "{'put': 'q', 'item': 2}", "{'wait': 'e'}"});
    const std::string join = "{'spawn': 'f', 'as': 't'}," + gap() + "{'join': 't'}";
    return "'objects': {'m': 'Lock', 'e': 'Event', 'q': {'type': 'Queue', 'maxsize': 1}}, "
           "'variables': {'n': 0},\n 'functions': {'f': [{'global': 'n'}, " +
           work + "]},\n 'main': [" +
           pick({"{'with': 'm', 'do': [" + join + "]}", join + ", {'get': 'q'}, {'event_set': 'e'}",
                 "{'acquire': 'm'}, " + join + "," + gap() + "{'release': 'm'}"}) +
           "]";
  }

  std::string update() {
    const std::string work =
        pick({"{'set': 'x', 'to': 'n'}," + gap() + "{'yield': true}, {'set': 'n', 'to': 'x + 1'}",
              "{'set': 'n', 'to': 'n + 1'}",
              "{'if': 'n < 1', 'then': [{'yield': true}," + gap() + "{'set': 'n', 'to': 'n + 1'}]}",
              "{'for': 'i', 'in': 'range(2)', 'do': [{'set': 'n', 'to': 'n + 1'}]}",
              "{'if': 'xs', 'then': [{'yield': true}, {'pop': 'xs'}]}"});
    return "'variables': {'n': 0, 'xs': [1]},\n 'functions': {'f': [{'global': 'n'}," + gap() +
           work +
           "]},\n 'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}}, 'finally': ['n == " +
           number(0, 2) + "']";
  }

  Dice dice_;
};

}  // namespace

std::string random_protocol(std::uint64_t seed) { return Generator(seed).scenario(); }

}  // namespace lockstep
