#include "tests/support/random_pools.h"

#include "tests/support/dice.h"

namespace lockstep {
namespace {

// Futures go by way of the shared list fs, from which everybody takes the first or the last.
class Generator {
 public:
  enum class Of : std::uint8_t { threads, processes, threads_and_forks };
  Generator(std::uint64_t seed, Of of)
      : dice_(seed), processes_(of == Of::processes), forks_(of == Of::threads_and_forks) {}

  std::string scenario() {
    two_pools_ = dice_.percent(15);
    std::string text = "{\"lockstep\": 1, \"name\": \"random pools\",\n \"machine\": {\"gil\": \"" +
                       dice_.one_of<std::string>({"3.9", "3.12", "3.12", "free-threaded"}) +
                       "\"},\n \"objects\": {\"a\": \"Lock\", \"e\": \"Event\", \"p\": " + pool() +
                       (two_pools_ ? ", \"o\": " + pool() : "") + "},\n " +
                       R"json("variables": {"x": 0, "fs": [], "got": null},)json" +
                       "\n \"functions\": {\n";
    may_submit_ = false;
    may_exit_ = (processes_ || forks_) && dice_.percent(40);
    text += R"json(  "init": {"params": ["k"], "body": [{"global": ["x"]}, )json" + data() +
            R"json(, {"if": "x > k", "then": [{"raise": "ValueError('init')"}]}]},)json" + "\n";
    text += "  \"inner\": " + function("k");
    may_submit_ = !processes_ && dice_.percent(60);
    text += ",\n  \"task\": " + function("k");
    may_submit_ = dice_.percent(30);
    is_callback_ = true;  // one that adds itself recurses, and Python counts other frames
    text += ",\n  \"done\": " + function("f");
    is_callback_ = false;
    if (forks_) {
      text += R"json(,
  "child": {"params": ["k"], "body": [{"submit": "p", "function": "inner", "args": [1], "into": "u"})json" +
              std::string(dice_.percent(50) ? R"json(, {"result": "u"})json" : "") + "]}";
    }
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
             std::to_string(1 + dice_.below(2)) +
             (dice_.percent(15) ? R"json(, "initializer": "init", "initargs": [1])json" : "") + "}";
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
    switch (dice_.below(forks_ ? 24 : 20)) {
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
        if (may_exit_ && dice_.percent(50)) return R"json({"_exit": 3})json";
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
      case 20:
      case 21:
      case 22:
        if (!may_submit_) return data();
        // What it has of the pool is a copy.
        return R"json({"process": "c", "target": ")json" +
               std::string(dice_.percent(50) ? "child" : "inner") +
               R"json(", "args": [1]}, {"start": "c"})json" +
               (dice_.percent(50) ? R"json(, {"join": "c"})json" : "");
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
  bool forks_;
  bool two_pools_ = false;
  bool may_submit_ = false;
  bool may_exit_ = false;
  bool is_callback_ = false;
};

// Results go by way of the shared list rs.
class MpGenerator {
 public:
  explicit MpGenerator(std::uint64_t seed) : dice_(seed) {}

  std::string scenario() {
    const bool is_small = dice_.percent(70);
    std::string text =
        "{\"lockstep\": 1, \"name\": \"random Pool\",\n \"machine\": {\"gil\": \"" +
        dice_.one_of<std::string>({"3.9", "3.12", "3.12", "free-threaded"}) +
        "\"},\n \"objects\": {\"a\": \"Lock\", \"m\": \"mp.Lock\", \"p\": "
        "{\"type\": \"mp.Pool\", \"processes\": " +
        (is_small ? "1" : "2") + (dice_.percent(20) ? ", \"maxtasksperchild\": 1" : "") +
        (dice_.percent(15) ? R"json(, "initializer": "init", "initargs": [1])json" : "") +
        R"json(}}, "variables": {"x": 0, "rs": [], "got": null},)json" + "\n" +
        R"json( "functions": {"init": {"params": ["k"], "body": [)json" + data() + "]},\n";
    text += R"json("task": {"params": ["k"], "body": [{"global": ["x"]}, )json" + task() +
            R"json(, {"return": "x + k"}]},)json" + "\n";
    text += R"json("done": {"params": ["v"], "body": [{"global": ["x", "got"]}, )json" +
            callback() + "]},\n";
    text += R"json("other": [{"global": ["x", "got"]}, )json" + body(2) + "]},\n";
    std::string main = R"json({"pool": "p"}, )json" + asked() + ", ";
    if (dice_.percent(25)) main += R"json({"spawn": "other", "daemon": false}, )json";
    main +=
        dice_.percent(20) ? "{\"with\": \"p\", \"do\": [" + body(3) + "]}, " + body(1) : body(4);
    return text + " \"main\": [" + main + "]}\n";
  }

 private:
  std::string body(std::size_t most) {
    std::string text = statement();
    for (std::size_t i = 1; i < most; ++i) {
      if (dice_.percent(60)) text += ", " + statement();
    }
    return text;
  }

  // Arguments that cannot be pickled come back as an error.
  std::string asked() {
    const std::string callbacks =
        dice_.one_of<std::string>({"", "", R"json(, "callback": "done")json",
                                   R"json(, "callback": "done", "error_callback": "done")json"});
    const std::string keep = R"json(, "into": "r"}, {"append": "rs", "item": "r"})json";
    switch (dice_.below(6)) {
      case 0:
        return R"json({"map_async": "p", "function": "task", "over": "[1, 2]", "chunksize": )json" +
               std::string(dice_.percent(50) ? "1" : "2") + callbacks + keep;
      case 1:
        return R"json({"imap": "p", "function": "task", "over": "[1)json" +
               std::string(dice_.percent(50) ? "" : ", 2") + "]\"" + keep;
      case 2:
        return R"json({"imap_unordered": "p", "function": "task", "over": "[1)json" +
               std::string(dice_.percent(50) ? "" : ", 2") + "]\"" + keep;
      default:
        return R"json({"apply_async": "p", "function": "task", "args": [)json" +
               std::string(dice_.percent(90) ? "1" : "\"a\"") + "]" + callbacks + keep;
    }
  }

  std::string with_result(const std::string& statement) {
    return "{\"if\": \"rs\", \"then\": [{\"try\": [" + statement +
           R"json(], "except": {"type": "AttributeError", "do": [{"pass": true}]}}]})json";
  }
  std::string result() { return dice_.percent(50) ? "\"rs[0]\"" : "\"rs[-1]\""; }
  std::string timeout() { return dice_.percent(30) ? ", \"timeout\": 0.5" : ""; }

  std::string statement() {
    switch (dice_.below(14)) {
      case 0:
        return asked();
      case 1:
      case 2:
        return with_result("{\"get\": " + result() + timeout() + ", \"into\": \"got\"}");
      case 3:
        return with_result("{\"wait\": " + result() + timeout() + "}");
      case 4:
      case 5:
        return with_result("{\"next\": " + result() + timeout() + ", \"into\": \"got\"}");
      case 6:
        return with_result("{\"set\": \"x\", \"to\": \"1 if rs[0].ready() else 2\"}");
      case 7:
      case 8:
        return R"json({"close": "p"})json";
      case 9:
      case 10:
        return R"json({"join": "p"})json";
      case 11:
        return R"json({"terminate": "p"})json";
      case 12:
        return lock() + data() + "]}";
      default:
        return data();
    }
  }
  std::string lock() {
    return "{\"with\": \"" + dice_.one_of<std::string>({"a", "m", "m"}) + "\", \"do\": [";
  }

  std::string task() {
    return dice_.one_of<std::string>(
        {data(), data(), R"json({"raise": "ValueError('bad')"})json",
         R"json({"raise": "SystemExit(1)"})json", R"json({"acquire": "m"})json",
         R"json({"_exit": 1})json",
         R"json({"with": "m", "do": [{"set": "x", "to": "x + 1"}]})json"});
  }
  std::string callback() {
    switch (dice_.below(8)) {
      case 0:
        return R"json({"raise": "ValueError('bad')"})json";
      case 1:
        return R"json({"raise": "KeyError('bad')"})json";
      case 2:
        return statement();
      case 3:
        return lock() + data() + "]}";
      default:
        return R"json({"set": "x", "to": "(x + 1) % 3"})json";
    }
  }
  std::string data() {
    return dice_.one_of<std::string>({R"json({"set": "x", "to": "(x + 1) % 3"})json",
                                      R"json({"print": "x"})json", R"json({"sleep": 0.1})json"});
  }

  Dice dice_;
};

}  // namespace

std::string random_mp_pools(std::uint64_t seed) { return MpGenerator(seed).scenario(); }
std::string random_pools(std::uint64_t seed) {
  return Generator(seed, Generator::Of::threads).scenario();
}
std::string random_process_pools(std::uint64_t seed) {
  return Generator(seed, Generator::Of::processes).scenario();
}
std::string random_forked_pools(std::uint64_t seed) {
  return Generator(seed, Generator::Of::threads_and_forks).scenario();
}

}  // namespace lockstep
