#include "tests/support/random_locking.h"

#include "tests/support/dice.h"

namespace lockstep {
namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : dice_(seed) {}

  std::string scenario() {
    locks_ = 2 + dice_.below(3);
    const std::string count = std::to_string(locks_);
    std::string text =
        "{\"lockstep\": 1, \"name\": \"random locking\",\n \"machine\": {\"gil\": \"" +
        dice_.one_of<std::string>({"3.9", "3.12", "3.12", "free-threaded"}) +
        "\"},\n \"params\": {\"N\": " + count + "},\n \"objects\": {\"a\": " + "{\"type\": \"" +
        (dice_.percent(75) ? "Lock" : "RLock") +
        "\", \"count\": \"N\"}, \"s\": {\"type\": \"Semaphore\", \"value\": " +
        std::to_string(dice_.below(3)) +
        "}, \"e\": \"Event\", \"d\": \"Local\", \"c\": {\"type\": \"Condition\", \"lock\": "
        "\"a[0]\"}},\n" +
        " \"variables\": {\"x\": 0, \"y\": 0, \"n\": " + count + "},\n";
    const bool is_endless = dice_.percent(15);
    is_curious_ = !is_endless && dice_.percent(30);
    text +=
        " \"input\": [\"a\", \"b\"],\n \"functions\": {\n  \"tick\": [{\"global\": [\"x\"]}, "
        "{\"set\": \"x\", "
        "\"to\": \"(x + 1) % 3\"}],\n  \"inner\": {\"params\": [\"l\", \"k\"], \"body\": [" +
        globals() + body("l", 2, 1) + "]},\n  \"f\": {\"params\": [\"i\"], \"body\": [" +
        globals() +
        (dice_.percent(50) ? "{\"set\": \"j\", \"to\": \"(i + 1) % n\"}, "
                           : "{\"set\": \"j\", \"to\": \"(i + 1) % N\"}, ");
    has_inner_ = true;
    const std::string work = body("a[i % N]", 2, 0) + ", " + body("a[j]", 2, 0);
    text += is_endless ? "{\"while\": true, \"do\": [" + work + "]}" : work;
    text += "]},\n  \"g\": {\"params\": [\"p\", \"q\"], \"body\": [" + globals() + body("p", 2, 0) +
            ", " + body("q", 1, 1) + "]}},\n \"main\": [";
    const std::size_t threads = 2 + dice_.below(3);
    const std::size_t way = dice_.below(4);
    if (way == 0) text += "{\"set\": \"ts\", \"to\": \"[]\"}, ";
    for (std::size_t i = 0; i < threads; ++i) text += (i > 0 ? ", " : "") + start(i, way);
    if (way == 0) text += ", {\"for\": \"t\", \"in\": \"ts\", \"do\": [{\"join\": \"t\"}]}";
    if (dice_.percent(30)) text += ", " + globals() + body("a[0]", 1, 1);
    text += "]";
    if (dice_.percent(30)) text += ",\n \"finally\": [\"x != 1\"]";
    if (dice_.percent(20)) text += ",\n \"invariants\": [\"x < 2 or y < 2\"]";
    return text + "}\n";
  }

 private:
  std::string globals() { return "{\"global\": [\"x\", \"y\"]}, "; }

  std::string start(std::size_t i, std::size_t way) {
    std::string text = "{\"spawn\": \"";
    if (dice_.percent(65)) {
      text += "f\", \"args\": [" + std::to_string(i) + "]";
    } else {
      text += "g\", \"args\": [\"a[" + std::to_string(dice_.below(locks_)) + "]\", \"a[" +
              std::to_string(dice_.below(locks_)) + "]\"]";
    }
    if (dice_.percent(12)) text += ", \"daemon\": true";
    if (way != 0) return text + "}";
    return text + ", \"as\": \"t\"}, {\"append\": \"ts\", \"item\": \"t\"}";
  }

  std::string body(const std::string& lock, std::size_t most, std::size_t depth) {
    std::string text = statement(lock, depth);
    for (std::size_t i = 1; i < most; ++i) {
      if (dice_.percent(60)) text += ", " + statement(lock, depth);
    }
    return text;
  }

  std::string statement(const std::string& lock, std::size_t depth) {
    if (is_curious_ && dice_.percent(20)) return about_threads();
    switch (dice_.below(depth < 2 ? 18 : 7)) {
      case 0:
        return "{\"set\": \"x\", \"to\": \"(x + 1) % 3\"}";
      case 1:
        return "{\"set\": \"y\", \"to\": \"(x + y) % 3\"}";
      case 2:
        return "{\"acquire\": \"" + lock + "\", \"blocking\": false, \"into\": \"got\"}, " +
               "{\"if\": \"got\", \"then\": [{\"release\": \"" + lock + "\"}]}";
      case 3:
        return "{\"acquire\": \"s\"}, {\"release\": \"s\"}";
      case 4:
        return dice_.percent(50) ? "{\"event_set\": \"e\"}" : "{\"wait\": \"e\", \"timeout\": 1}";
      case 5:
        return "{\"yield\": true}";
      case 6:
        return dice_.percent(50) ? "{\"acquire\": \"" + lock + "\"}"
                                 : "{\"release\": \"" + lock + "\"}";
      case 7:
      case 8:
        return "{\"acquire\": \"" + lock + "\"}, " + body(lock, 2, depth + 1) +
               ", {\"release\": \"" + lock + "\"}";
      case 9:
        if (!has_inner_) return "{\"yield\": true}";
        return "{\"call\": \"inner\", \"args\": [\"" + lock + "\", 1]}";
      case 10:
        return "{\"with\": \"c\", \"do\": [" +
               std::string(dice_.percent(50)
                               ? "{\"notify_all\": \"c\"}"
                               : "{\"if\": \"x == 0\", \"then\": [{\"wait\": \"c\"}]}") +
               "]}";
      case 11:
        return "{\"try\": [" + body(lock, 2, depth + 1) +
               "], \"except\": {\"type\": \"RuntimeError\", \"do\": [{\"set\": \"y\", \"to\": "
               "2}]}}";
      case 12:
        return "{\"if\": \"x == y\", \"then\": [" + body(lock, 1, depth + 1) + "]}";
      case 13:
        return "{\"for\": \"k\", \"in\": \"range(2)\", \"do\": [" + body(lock, 1, depth + 1) + "]}";
      default: {
        const std::string other =
            dice_.percent(50) ? "a[" + std::to_string(dice_.below(locks_)) + "]" : lock;
        return "{\"with\": \"" + other + "\", \"do\": [" + body(lock, 2, depth + 1) + "]}";
      }
    }
  }

  std::string about_threads() {
    return dice_.one_of<std::string>({
        R"json({"set": "y", "to": "active_count() % 3"})json",
        R"json({"set": "y", "to": "len(enumerate_threads()) % 3"})json",
        R"json({"set": "x", "to": "len(current_thread().name) % 3"})json",
        R"json({"set": "me", "to": "current_thread()"}, {"set": "me.name", "to": "'n'"})json",
        R"json({"set": "y", "to": "0 if main_thread().is_alive() else 1"})json",
        R"json({"set": "x", "to": "get_ident() % 3"})json",
        R"json({"timer": "tm", "interval": 1, "function": "tick"}, {"start": "tm"})json",
        R"json({"timer": "tm", "interval": 1, "function": "tick"}, {"start": "tm"}, {"yield": true}, {"cancel": "tm"})json",
        R"json({"try": [{"input": "line"}], "except": {"type": "EOFError", "do": [{"set": "y", "to": 1}]}})json",
        R"json({"choose": "k", "from": [0, 1]}, {"set": "x", "to": "k"})json",
        R"json({"set": "d.v", "to": "x"}, {"set": "y", "to": "d.v"})json",
    });
  }

  Dice dice_;
  std::size_t locks_ = 2;
  bool has_inner_ = false;
  bool is_curious_ = false;  // asks for threads, has timers, reads input
};

}  // namespace

std::string random_locking(std::uint64_t seed) { return Generator(seed).scenario(); }

}  // namespace lockstep
