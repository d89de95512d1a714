#include "tests/support/random_pools.h"

#include "tests/support/dice.h"

namespace lockstep {
namespace {

// Futures go by way of the shared list fs, from which everybody takes the first or the last.
class Generator {
 public:
  explicit Generator(std::uint64_t seed, bool processes = false)
      : dice_(seed), processes_(processes) {}

  std::string scenario() {
    two_pools_ = dice_.percent(15);
    std::string text = "{\"lockstep\": 1, \"name\": \"random pools\",\n \"machine\": {\"gil\": \"" +
                       dice_.one_of<std::string>({"3.9", "3.12", "3.12", "free-threaded"}) +
                       "\"},\n \"objects\": {\"a\": \"Lock\", \"e\": \"Event\", \"p\": " + pool() +
                       (two_pools_ ? ", \"o\": " + pool() : "") + "},\n " +
                       R"json("variables": {"x": 0, "fs": [], "got": null},)json" +
                       "\n \"functions\": {\n";
    may_submit_ = false;
    text += R"json(  "init": {"params": ["k"], "body": [{"global": ["x"]}, )json" + data() +
            R"json(, {"if": "x > k", "then": [{"raise": "ValueError('init')"}]}]},)json" + "\n";
    text += "  \"inner\": " + function("k");
    may_submit_ = !processes_ && dice_.percent(60);
    text += ",\n  \"task\": " + function("k");
    may_submit_ = dice_.percent(30);
    is_callback_ = true;  // one that adds itself recurses, and Python counts other frames
    text += ",\n  \"done\": " + function("f");
    is_callback_ = false;
    may_submit_ = true;
    text += "},\n";
    if (dice_.percent(20)) {
      text += " \"threads\": {\"T1\": [" + body(3) + "], \"T2\": [" + body(3) + "]}";
    } else {
      std::string main =
          R"json({"submit": "p", "function": "task", "args": [0], "into": "u"}, )json"
          R"json({"append": "fs", "item": "u"}, )json" +
          body(4);
      if (dice_.percent(25)) main = "{\"with\": \"p\", \"do\": [" + main + "]}, " + body(1);
      text += " \"main\": [" + main + "]";
    }
    return text + "}\n";
  }

 private:
  std::string pool() {
    if (processes_) {
      return "{\"type\": \"ProcessPoolExecutor\", \"max_workers\": " +
             std::to_string(1 + dice_.below(2)) + "}";
    }
    return "{\"type\": \"ThreadPoolExecutor\", \"max_workers\": " +
           std::to_string(1 + dice_.below(2)) +
           (dice_.percent(30) ? ", \"thread_name_prefix\": \"w\"" : "") +
           (dice_.percent(20) ? R"json(, "initializer": "init", "initargs": [1])json" : "") + "}";
  }

  std::string function(const std::string& parameter) {
    return "{\"params\": [\"" + parameter + "\"], \"body\": [{\"global\": [\"x\", \"got\"]}, " +
           body(2) + ", {\"return\": \"x\"}]}";
  }

  std::string body(std::size_t most) {
    std::string text = statement();
    for (std::size_t i = 1; i < most; ++i) {
      if (dice_.percent(60)) text += ", " + statement();
    }
    return text;
  }

  std::string chosen_pool() { return two_pools_ && dice_.percent(40) ? "o" : "p"; }

  // What is done to a future, if there is one.
  std::string with_future(const std::string& statement) {
    return "{\"if\": \"fs\", \"then\": [" + statement + "]}";
  }
  std::string future() { return dice_.percent(50) ? "\"fs[0]\"" : "\"fs[-1]\""; }

  std::string statement() {
    switch (dice_.below(20)) {
      case 0:
      case 1:
      case 2:
        if (!may_submit_) return data();
        return "{\"submit\": \"" + chosen_pool() + "\", \"function\": \"" +
               (dice_.percent(70) ? "inner" : "task") +
               R"json(", "args": [1], "into": "u"}, {"append": "fs", "item": "u"})json";
      case 3:
      case 4:
      case 5:
        return with_future("{\"result\": " + future() +
                           (dice_.percent(30) ? ", \"timeout\": 0.5" : "") +
                           ", \"into\": \"got\"}");
      case 6:
        return with_future("{\"exception\": " + future() + ", \"into\": \"got\"}");
      case 7:
        return with_future("{\"cancel\": " + future() + ", \"into\": \"got\"}");
      case 8:
        if (is_callback_) return data();
        return with_future("{\"add_done_callback\": " + future() + ", \"function\": \"done\"}");
      case 9:
        return with_future(
            "{\"set\": \"x\", \"to\": \"1 if " +
            dice_.one_of<std::string>({"fs[0].done()", "fs[-1].running()", "fs[-1].cancelled()"}) +
            " else 2\"}");
      case 10:
        return "{\"shutdown\": \"" + chosen_pool() + "\"" +
               (dice_.percent(50) ? ", \"block\": false" : "") +
               (dice_.percent(40) ? ", \"cancel_futures\": true" : "") + "}";
      case 11:
        if (!may_submit_) return data();
        return R"json({"map": "p", "function": "inner", "over": "range(2)")json" +
               std::string(dice_.percent(60) ? ", \"into\": \"got\"" : "") +
               (dice_.percent(30) ? ", \"timeout\": 0.5" : "") + "}";
      case 12:
        return "{\"with\": \"a\", \"do\": [" + statement() + "]}";
      case 13:
        return dice_.one_of<std::string>({R"json({"event_set": "e"})json",
                                          R"json({"wait": "e"})json",
                                          R"json({"wait": "e", "timeout": 0.5})json"});
      case 14:
        return dice_.one_of<std::string>({R"json({"raise": "ValueError('bad')"})json",
                                          R"json({"raise": "SystemExit()"})json", data()});
      case 15:
      case 16:
        return R"json({"wait_futures": "fs", "done": "got", "return_when": )json" +
               dice_.one_of<std::string>(
                   {"\"'FIRST_COMPLETED'\"", "\"'FIRST_EXCEPTION'\"", "\"'ALL_COMPLETED'\""}) +
               (dice_.percent(30) ? ", \"timeout\": 0.5" : "") +
               R"json(}, {"set": "x", "to": "len(got)"})json";
      case 17:
      case 18:
        return R"json({"for": "g", "in": "as_completed(fs)json" +
               std::string(dice_.percent(30) ? ", 0.5" : "") +
               R"json()", "do": [{"set": "x", "to": "(x * 2 + (1 if g == fs[0] else 0)) % 5"})json" +
               (dice_.percent(20) ? R"json(, {"break": true})json" : "") + "]}";
      default:
        return data();
    }
  }

  std::string data() {
    return dice_.one_of<std::string>({R"json({"set": "x", "to": "(x + 1) % 3"})json",
                                      R"json({"print": "x"})json", R"json({"sleep": 0.1})json"});
  }

  Dice dice_;
  bool processes_;
  bool two_pools_ = false;
  bool may_submit_ = false;
  bool is_callback_ = false;
};

}  // namespace

std::string random_pools(std::uint64_t seed) { return Generator(seed).scenario(); }
std::string random_process_pools(std::uint64_t seed) { return Generator(seed, true).scenario(); }

}  // namespace lockstep
