#include "tests/support/random_scenario.h"

#include <string_view>
#include <vector>

#include "tests/support/dice.h"

namespace lockstep {
namespace {

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

class Generator {
 public:
  enum class With : std::uint8_t { threads, processes, twins };
  explicit Generator(std::uint64_t seed, With with)
      : dice_(seed), processes_(with == With::processes), twins_(with == With::twins) {}

  std::string scenario() {
    choose_objects();
    choose_barrier();
    if (!twins_) choose_listener();
    std::string text = "{\"lockstep\": 1, \"name\": \"random\",\n \"machine\": {\"gil\": \"" +
                       dice_.one_of<std::string>({"3.9", "3.12", "free-threaded", "none"}) +
                       "\"},\n \"objects\": {" + joined(declarations_) +
                       "},\n \"variables\": {\"x\": 0, \"y\": 0, \"flag\": false}";
    const bool with_main = processes_ || dice_.percent(50);
    functions_ = processes_ || twins_ ? 1 + dice_.below(2) : dice_.below(3);
    // A function may call those behind it.
    std::string functions;
    for (std::size_t i = functions_; i-- > 0;) {
      begin_body(i + 1, 4);
      functions = "\"f" + std::to_string(i) +
                  "\": {\"params\": [\"k\"], \"body\": [{\"global\": [\"x\", \"y\", \"flag\"]}, " +
                  block(0) + "]}" + (functions.empty() ? "" : ",\n   ") + functions;
    }
    if (has_action_) {
      begin_body(functions_ + 1, 2);
      functions += std::string(functions.empty() ? "" : ",\n   ") +
                   "\"act\": [{\"global\": [\"x\", \"y\", \"flag\"]}, " + block(1) + "]";
    }
    if (!functions.empty()) text += ",\n \"functions\": {" + functions + "}";
    threads_ = processes_  ? dice_.below(2)
               : twins_    ? (with_main ? 0 : 2 + dice_.below(3))
               : with_main ? dice_.below(3)
                           : 2 + dice_.below(2);
    if (with_main && functions_ == 0 && threads_ == 0) threads_ = 1;
    joins_in_turn_ = threads_ > 1 && !twins_ && dice_.percent(5);
    std::vector<std::string> threads;
    for (std::size_t i = 0; i < threads_; ++i) threads.push_back(declared_thread(i));
    if (threads_ > 0) text += ",\n \"threads\": {" + joined(threads) + "}";
    if (with_main) text += ",\n \"main\": [" + main_body() + "]";
    if (dice_.percent(30)) text += ",\n \"invariants\": [\"x < 2 or y < 2\"]";
    if (dice_.percent(30)) text += ",\n \"finally\": [\"x != 1\", \"not flag or y == 0\"]";
    return text + "}\n";
  }

 private:
  void choose_objects() {
    const auto declare = [&](const char* name, const std::string& declaration,
                             std::vector<std::string>& kind) {
      declarations_.push_back("\"" + std::string(name) + "\": " + declaration);
      kind.push_back(name);
    };
    declare("a", "\"Lock\"", locks_);
    declarations_.push_back("\"log\": \"File\"");
    if (processes_) {
      declare("m", "\"mp.Lock\"", locks_);
      if (dice_.percent(50)) declare("mr", "\"mp.RLock\"", locks_);
      if (dice_.percent(50))
        declarations_.push_back(R"json("v": {"type": "mp.Value", "value": 1})json");
      has_value_ = declarations_.back().starts_with("\"v\"");
      if (dice_.percent(40)) {
        declare("s",
                "{\"type\": \"" +
                    dice_.one_of<std::string>({"mp.Semaphore", "mp.BoundedSemaphore"}) +
                    "\", \"value\": " + std::to_string(dice_.below(3)) + "}",
                semaphores_);
      }
      if (dice_.percent(50)) declare("e", "\"mp.Event\"", events_);
      if (dice_.percent(40)) {
        mp_queue_ = dice_.one_of<std::string>({"mp.Queue", "mp.JoinableQueue", "mp.SimpleQueue"});
        const bool is_simple = mp_queue_ == "mp.SimpleQueue";
        declare("q",
                "{\"type\": \"" + mp_queue_ +
                    (is_simple ? "\"" : "\", \"maxsize\": " + std::to_string(dice_.below(3))) +
                    ", \"buffer\": " + dice_.one_of<std::string>({"5", "20", "65536"}) + "}",
                queues_);
      }
      if (dice_.percent(40)) {
        declare("c",
                dice_.percent(50) ? "\"mp.Condition\""
                                  : "{\"type\": \"mp.Condition\", \"lock\": \"m\"}",
                conditions_);
      }
      return;
    }
    if (dice_.percent(60)) declare("b", "\"Lock\"", locks_);
    if (dice_.percent(30)) declare("r", "\"RLock\"", locks_);
    if (dice_.percent(20)) {
      declarations_.push_back("\"two\": {\"type\": \"Lock\", \"count\": 2}");
      locks_.push_back("two[0]");
      locks_.push_back("two[x % 2]");
    }
    if (dice_.percent(35)) {
      declare("s",
              "{\"type\": \"" + dice_.one_of<std::string>({"Semaphore", "BoundedSemaphore"}) +
                  "\", \"value\": " + std::to_string(dice_.below(3)) + "}",
              semaphores_);
    }
    if (dice_.percent(45)) declare("e", "\"Event\"", events_);
    if (dice_.percent(45)) {
      declare("c",
              dice_.percent(50) ? "\"Condition\"" : "{\"type\": \"Condition\", \"lock\": \"a\"}",
              conditions_);
    }
    if (dice_.percent(35)) {
      const auto type =
          dice_.one_of<std::string>({"Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"});
      simple_queue_ = type == "SimpleQueue";
      declare("q",
              simple_queue_ ? "\"SimpleQueue\""
                            : "{\"type\": \"" + type +
                                  "\", \"maxsize\": " + std::to_string(dice_.below(3)) + "}",
              queues_);
    }
  }

  void choose_barrier() {
    if (!dice_.percent(25)) return;
    has_barrier_ = true;
    has_action_ = dice_.percent(30);
    declarations_.push_back(
        "\"w\": {\"type\": \"Barrier\", \"parties\": " + std::to_string(1 + dice_.below(3)) +
        (has_action_ ? ", \"action\": \"act\"" : "") +
        (dice_.percent(20) ? ", \"timeout\": 0.5" : "") + "}");
  }

  void choose_listener() {
    if (!dice_.percent(15)) return;
    has_listener_ = true;
    declarations_.push_back("\"net\": {\"type\": \"Listener\", \"buffer\": " +
                            std::to_string(1 + dice_.below(3)) + "}");
  }

  void begin_body(std::size_t callable_from, std::size_t statements) {
    callable_from_ = callable_from;
    statements_left_ = statements;
    in_function_ = callable_from > 0;
  }

  std::string declared_thread(std::size_t i) {
    if (i == 0 || !twins_ || dice_.percent(20)) body_ = thread_body(i);
    return "\"T" + std::to_string(i + 1) + "\": " + body_;
  }

  std::string thread_body(std::size_t i) {
    if (functions_ > 0 && dice_.percent(45)) {
      return "{\"target\": \"f" + std::to_string(dice_.below(functions_)) + "\", \"args\": [" +
             std::to_string(dice_.below(2)) + "]" +
             (dice_.percent(30) ? ", \"daemon\": true" : "") + "}";
    }
    begin_body(0, twins_ ? 4 : 5);
    // Sometimes each waits for the end of the next.
    const std::string next =
        joins_in_turn_ ? ", {\"join\": \"T" + std::to_string((i + 1) % threads_ + 1) + "\"}" : "";
    return "[" + block(0) + next + "]";
  }

  std::string main_body() {
    std::vector<std::string> statements;
    for (std::size_t i = 0; twins_ && i < 2 + dice_.below(3); ++i) {
      if (i == 0 || dice_.percent(20)) {
        body_ = "{\"spawn\": \"f" + std::to_string(dice_.below(functions_)) + "\", \"args\": [1]" +
                (dice_.percent(20) ? ", \"daemon\": true}" : "}");
      }
      statements.push_back(body_);
    }
    std::vector<std::string> joinable;
    for (std::size_t i = 0; i < threads_; ++i) {
      const std::string name = "T" + std::to_string(i + 1);
      if (dice_.percent(90)) statements.push_back("{\"start\": \"" + name + "\"}");
      joinable.push_back(name);
    }
    std::string signalled;
    const std::size_t spawned =
        functions_ == 0 || (twins_ && dice_.percent(60)) ? 0 : 1 + dice_.below(2);
    for (std::size_t i = 0; i < spawned; ++i) {
      const std::string name = "t" + std::to_string(i);
      const std::string how = "f" + std::to_string(dice_.below(functions_)) + "\", \"args\": [" +
                              std::to_string(i) + "]" +
                              (dice_.percent(20) ? ", \"daemon\": true" : "");
      if (processes_ && dice_.percent(70)) {
        statements.push_back("{\"process\": \"" + name + "\", \"target\": \"" + how + "}");
        if (dice_.percent(95)) statements.push_back("{\"start\": \"" + name + "\"}");
        signalled = dice_.percent(30) ? name : signalled;
      } else if (dice_.percent(70)) {
        statements.push_back("{\"spawn\": \"" + how + ", \"as\": \"" + name + "\"}");
      } else {
        statements.push_back("{\"thread\": \"" + name + "\", \"target\": \"" + how + "}");
        if (dice_.percent(90)) statements.push_back("{\"start\": \"" + name + "\"}");
      }
      joinable.push_back(name);
    }
    begin_body(0, 3);
    if (dice_.percent(60)) statements.push_back(statement(1));
    if (!signalled.empty()) {
      const auto verb = dice_.one_of<std::string>({"terminate", "kill"});
      statements.push_back("{\"" + verb + "\": \"" + signalled + "\"}");
      if (dice_.percent(30)) statements.push_back(exit_code(signalled));
    }
    for (const std::string& name : joinable) {
      if (dice_.percent(25)) continue;
      const std::string timeout = dice_.percent(15) ? ", \"timeout\": 0.1" : "";
      statements.push_back("{\"join\": \"" + name + "\"" + timeout + "}");
    }
    if (!signalled.empty() && dice_.percent(60)) statements.push_back(exit_code(signalled));
    if (dice_.percent(30)) statements.push_back(statement(1));
    return joined(statements);
  }
  static std::string exit_code(const std::string& process) {
    return "{\"set\": \"y\", \"to\": \"" + process + ".exitcode == None or " + process +
           ".exitcode < 0 or " + process + ".is_alive()\"}";
  }

  std::string block(std::size_t depth) {
    std::vector<std::string> statements{statement(depth)};
    while (statements_left_ > 0 && dice_.percent(75)) statements.push_back(statement(depth));
    return joined(statements);
  }
  std::string inner(std::size_t depth) { return "[" + block(depth + 1) + "]"; }

  std::string statement(std::size_t depth) {
    if (statements_left_ > 0) --statements_left_;
    const bool deep = depth >= 2 || statements_left_ == 0;
    for (;;) {
      switch (dice_.below(27)) {
        case 0:
        case 1:
        case 2:
          if (!deep) return with(depth);
          break;
        case 3:
        case 4:
          return take_and_give();
        case 5:
          return "{\"release\": \"" + dice_.one_of(locks_) + "\"}";
        case 6:
        case 7:
          return on_semaphore();
        case 8:
        case 9:
          return on_event();
        case 10:
        case 11:
          return on_condition();
        case 12:
        case 13:
          return data();
        case 14:
          return pause();
        case 15:
          if (!deep) return branch(depth);
          break;
        case 16:
          if (!deep) return loop(depth);
          break;
        case 17:
          if (!deep) return handled(depth);
          break;
        case 18:
          if (callable_from_ < functions_) {
            return "{\"call\": \"f" +
                   std::to_string(callable_from_ + dice_.below(functions_ - callable_from_)) +
                   "\", \"args\": [1]}";
          }
          break;
        case 19:
        case 20:
          return on_queue();
        case 21:
        case 22:
          return on_barrier();
        case 23:
        case 24:
          return on_socket();
        default:
          return rare();
      }
    }
  }

  std::string with(std::size_t depth) {
    std::string lock = "\"" + dice_.one_of(locks_) + "\"";
    if (!semaphores_.empty() && dice_.percent(20)) lock = "\"s\"";
    if (!conditions_.empty() && dice_.percent(30)) lock = "\"c\"";
    if (has_value_ && dice_.percent(30)) lock = "\"v\"";
    if (dice_.percent(20)) lock = "[" + lock + ", \"" + dice_.one_of(locks_) + "\"]";
    return "{\"with\": " + lock + ", \"do\": " + inner(depth) + "}";
  }

  std::string take_and_give() {
    const std::string lock = "\"" + dice_.one_of(locks_) + "\"";
    switch (dice_.below(6)) {
      case 0:
        return "{\"acquire\": " + lock + ", \"timeout\": 0.5, \"into\": \"got\"}";
      case 1:
        return "{\"acquire\": " + lock + ", \"blocking\": false, \"into\": \"got\"}";
      case 2:
        return "{\"acquire\": " + lock + "}";
      default:
        return "{\"acquire\": " + lock + "}, {\"release\": " + lock + "}";
    }
  }

  std::string on_semaphore() {
    if (semaphores_.empty()) return data();
    switch (dice_.below(5)) {
      case 0:
        return R"json({"acquire": "s", "timeout": 0.5, "into": "got"})json";
      case 1:
        return R"json({"acquire": "s"}, {"release": "s"})json";
      case 2:
        return R"json({"acquire": "s"})json";
      case 3:
        return R"json({"release": "s", "n": 2})json";
      default:
        return R"json({"release": "s"})json";
    }
  }

  std::string on_event() {
    if (events_.empty()) return data();
    switch (dice_.below(5)) {
      case 0:
        return R"json({"event_set": "e"})json";
      case 1:
        return R"json({"event_clear": "e"})json";
      case 2:
        return R"json({"wait": "e", "timeout": 0.5, "into": "got"})json";
      case 3:
        return R"json({"if": "e.is_set()", "then": [{"set": "y", "to": 1}]})json";
      default:
        return R"json({"wait": "e"})json";
    }
  }

  std::string on_condition() {
    if (conditions_.empty()) return data();
    const std::string body = [&]() -> std::string {
      switch (dice_.below(7)) {
        case 0:
          return R"json({"wait": "c", "timeout": 0.5, "into": "got"})json";
        case 1:
        case 2:
          return R"json({"wait": "c"})json";
        case 3:
          return R"json({"wait_for": "c", "until": "x > 0"})json";
        case 4:
          return R"json({"set": "x", "to": 1}, {"notify_all": "c"})json";
        case 5:
          return R"json({"notify": "c", "n": 2})json";
        default:
          return R"json({"notify": "c"})json";
      }
    }();
    // Mostly with the lock held, as it should be.
    return dice_.percent(85) ? "{\"with\": \"c\", \"do\": [" + body + "]}" : body;
  }

  std::string on_queue() {
    if (queues_.empty()) return data();
    if (!mp_queue_.empty()) return on_mp_queue();
    switch (dice_.below(simple_queue_ ? 8 : 12)) {
      case 0:
      case 1:
        return R"json({"put": "q", "item": "x"})json";
      case 2:
        return R"json({"put": "q", "item": "y", "timeout": 0.5})json";
      case 3:
        // A PriorityQueue that holds something refuses it and keeps it.
        return R"json({"put": "q", "item": null, "block": false})json";
      case 4:
      case 5:
        return R"json({"get": "q", "into": "got"})json";
      case 6:
        return R"json({"get": "q", "timeout": 0.5, "into": "got"})json";
      case 7:
        return R"json({"if": "not q.empty()", "then": [{"get": "q", "block": false}]})json";
      case 8:
        return R"json({"put": "q", "item": 1}, {"join": "q"})json";
      case 9:
        return R"json({"join": "q"})json";
      case 10:
        if (dice_.percent(30)) return R"json({"shutdown": "q"})json";
        if (dice_.percent(30)) return R"json({"shutdown": "q", "immediate": true})json";
        [[fallthrough]];
      default:
        return R"json({"get": "q"}, {"task_done": "q"})json";
    }
  }

  std::string on_mp_queue() {
    const bool is_simple = mp_queue_ == "mp.SimpleQueue";
    switch (dice_.below(is_simple ? 6 : 16)) {
      case 0:
      case 1:
        return R"json({"put": "q", "item": "x"})json";
      case 2:
      case 3:
        return R"json({"get": "q", "into": "got"})json";
      case 4:
        return R"json({"set": "y", "to": "int(q.empty())"})json";
      case 5:
        return dice_.percent(70) ? R"json({"put": "q", "item": "y"}, {"get": "q"})json"
                                 : R"json({"put": "q", "item": "a"})json";
      case 6:
        return R"json({"put": "q", "item": "y", "timeout": 0.5})json";
      case 7:
        return R"json({"put": "q", "item": "a", "block": false})json";
      case 8:
        return R"json({"get": "q", "timeout": 0.5, "into": "got"})json";
      case 9:
        return R"json({"get": "q", "block": false})json";
      case 10:
        return R"json({"set": "y", "to": "q.qsize()"})json";
      case 11:
        return R"json({"close": "q"})json";
      case 12:
        return R"json({"close": "q"}, {"join_thread": "q"})json";
      case 13:
        return R"json({"cancel_join_thread": "q"})json";
      case 14:
        if (mp_queue_ == "mp.JoinableQueue") return R"json({"join": "q"})json";
        [[fallthrough]];
      default:
        return mp_queue_ == "mp.JoinableQueue" ? R"json({"get": "q"}, {"task_done": "q"})json"
                                               : R"json({"put": "q", "item": 1})json";
    }
  }

  std::string on_barrier() {
    if (!has_barrier_) return data();
    switch (dice_.below(8)) {
      case 0:
        return R"json({"barrier_wait": "w", "timeout": 0.5, "into": "got"})json";
      case 1:
        return R"json({"reset": "w"})json";
      case 2:
        return R"json({"abort": "w"})json";
      case 3:
        return R"json({"if": "w.broken", "then": [{"set": "y", "to": "w.n_waiting"}]})json";
      case 4:
        return R"json({"try": [{"barrier_wait": "w"}], "except": {"type": "BrokenBarrierError", "do": [{"set": "y", "to": 2}]}})json";
      default:
        return R"json({"barrier_wait": "w"})json";
    }
  }

  // A client or a server, and the beginning of what it says to the other.
  std::string on_socket() {
    if (!has_listener_) return data();
    const std::string timeout = dice_.percent(30) ? ", \"timeout\": 0.5" : "";
    if (dice_.percent(25)) return R"json({"close": "net"})json";
    std::string text = dice_.percent(60) ? "{\"listen\": \"net\", \"backlog\": 0}, " : "";
    text += dice_.percent(50) ? "{\"connect\": \"net\"" : "{\"accept\": \"net\"";
    text += ", \"into\": \"got\"}";
    for (std::size_t i = 1 + dice_.below(3); i > 0; --i) {
      switch (dice_.below(4)) {
        case 0:
          text += R"json(, {"send": "got", "data": "b'abc'"})json";
          break;
        case 1:
          text += R"json(, {"close": "got"})json";
          break;
        default:
          text += ", {\"recv\": \"got\", \"size\": 2" + timeout + "}";
          break;
      }
    }
    return text;
  }

  std::string data() {
    if (has_value_ && dice_.percent(40))
      return R"json({"set": "v.value", "to": "(v.value + x) % 3"})json";
    switch (dice_.below(6)) {
      case 0:
      case 1:
        return R"json({"set": "x", "to": "(x + 1) % 3"})json";
      case 2:
        return R"json({"set": "y", "to": "(x + y) % 3"})json";
      case 3:
        return R"json({"set": "flag", "to": "not flag"})json";
      case 4:
        return R"json({"atomic": [{"set": "x", "to": "(x + 1) % 3"}, {"set": "y", "to": "x"}]})json";
      default:
        return R"json({"choose": "y", "from": [0, 1]})json";
    }
  }

  std::string pause() {
    return dice_.one_of<std::string>({R"json({"sleep": 0.1})json", R"json({"yield": true})json",
                                      R"json({"compute": 0.1})json", R"json({"print": "x"})json"});
  }

  std::string branch(std::size_t depth) {
    const std::string condition =
        dice_.one_of<std::string>({"x == 0", "flag", "y > 0 and not flag"});
    std::string text = "{\"if\": \"" + condition + "\", \"then\": " + inner(depth);
    if (dice_.percent(40)) text += ", \"else\": " + inner(depth);
    return text + "}";
  }

  std::string loop(std::size_t depth) {
    if (dice_.percent(40)) return "{\"while\": \"True\", \"do\": " + inner(depth) + "}";
    if (dice_.percent(30)) return "{\"while\": \"x == 0\", \"do\": " + inner(depth) + "}";
    return "{\"for\": \"i\", \"in\": \"range(2)\", \"do\": " + inner(depth) + "}";
  }

  std::string handled(std::size_t depth) {
    std::string text = "{\"try\": " + inner(depth);
    const bool handler = dice_.percent(70);
    if (handler) {
      text += ", \"except\": {\"type\": \"" +
              dice_.one_of<std::string>({"RuntimeError", "Exception", "ValueError"}) +
              "\", \"do\": " + inner(depth) + "}";
    }
    if (!handler || dice_.percent(40)) text += ", \"finally\": " + inner(depth);
    return text + "}";
  }

  std::string rare() {
    const std::size_t which = dice_.below(12);
    // Whoever asks for threads tells twins apart.
    if (twins_ && which >= 5 && which < 10 && dice_.percent(90)) return data();
    switch (which) {
      case 10:
        if (functions_ == 0) return data();
        return "{\"atexit\": \"f" + std::to_string(dice_.below(functions_)) + "\", \"args\": [1]}";
      case 0:
        return R"json({"raise": "ValueError('bad')"})json";
      case 11:
        return dice_.percent(60)
                   ? R"json({"write": "log", "text": "str(x) + ','", "into": "got"})json"
                   : R"json({"set": "y", "to": "len(log.read()) % 3"})json";
      case 1:
        return R"json({"assert": "x < 2"})json";
      case 2:
        return R"json({"await": "flag or x > 0"})json";
      case 3:
        return R"json({"raise": "SystemExit()"})json";
      case 4:
        if (in_function_) return R"json({"return": null})json";
        return data();
      case 5:
      case 6:
      case 7:
        if (threads_ < 2) return data();
        return "{\"join\": \"T" + std::to_string(1 + dice_.below(2)) + "\"}";
      case 8:
        return threads_ > 0 ? R"json({"if": "T1.is_alive()", "then": [{"set": "y", "to": 2}]})json"
                            : data();
      default:
        return R"json({"set": "y", "to": "len(current_thread().name) % 3"})json";
    }
  }

  Dice dice_;
  bool processes_, twins_;
  std::string body_;  // of the thread before
  bool has_value_ = false;
  std::vector<std::string> declarations_, locks_, semaphores_, events_, conditions_, queues_;
  bool simple_queue_ = false;
  std::string mp_queue_;  // its type
  bool has_barrier_ = false;
  bool has_action_ = false;
  bool has_listener_ = false;
  std::size_t functions_ = 0;
  std::size_t threads_ = 0;
  std::size_t callable_from_ = 0;
  std::size_t statements_left_ = 0;
  bool in_function_ = false;
  bool joins_in_turn_ = false;
};

}  // namespace

std::string random_scenario(std::uint64_t seed) {
  return Generator(seed, Generator::With::threads).scenario();
}
std::string random_scenario_with_processes(std::uint64_t seed) {
  return Generator(seed, Generator::With::processes).scenario();
}
std::string random_scenario_with_twins(std::uint64_t seed) {
  return Generator(seed, Generator::With::twins).scenario();
}

}  // namespace lockstep
