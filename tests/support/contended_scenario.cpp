#include "tests/support/contended_scenario.h"

#include <vector>

#include "tests/support/dice.h"

namespace lockstep {
namespace {

// The objects "a" and "b" are locks of any kind, "c" a Condition, "q" a SimpleQueue.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : dice_(seed) {}

  std::string scenario() {
    const auto lock = [&] { return dice_.one_of<std::string>({"Lock", "RLock"}); };
    std::string text =
        R"({"lockstep": 1, "machine": {"gil": ")" + dice_.one_of<std::string>({"3.9", "3.12"}) +
        R"("}, "objects": {"a": ")" + lock() + R"(", "b": ")" + lock() + R"(", "c": )" +
        dice_.one_of<std::string>({R"("Condition")", R"({"type": "Condition", "lock": "a"})"}) +
        R"(, "q": "SimpleQueue"}, "variables": {"x": 0}, "functions": {)";
    const std::size_t functions = 1 + dice_.below(3);
    for (std::size_t i = 0; i < functions; ++i) {
      if (i > 0) text += ", ";
      text += "\"f" + std::to_string(i) + R"(": [{"global": ["x"]}, )" + block(0) + "]";
    }
    text += R"(, "n": {"params": ["a", "b"], "body": [{"return": "a * 2 + b"}]})";
    text += R"(}, "main": [{"global": ["x"]}, )";
    if (dice_.percent(50)) text += R"({"acquire": "a"}, )";
    const std::size_t threads = 3 + dice_.below(5);
    for (std::size_t i = 0; i < threads; ++i) {
      text += R"({"spawn": "f)" + std::to_string(dice_.below(functions)) + R"("}, )";
      if (dice_.percent(20)) text += statement(1) + ", ";
    }
    return text + R"({"release": "a"}, {"put": "q", "item": 1}]})";
  }

 private:
  std::string block(int depth) {
    std::string text = statement(depth);
    for (std::size_t i = dice_.below(3); i > 0; --i) text += ", " + statement(depth);
    return text;
  }

  std::string statement(int depth) {
    const std::string lock = dice_.one_of<std::string>({"a", "a", "b", "c"});
    switch (dice_.below(depth < 3 ? 12 : 6)) {
      case 0:
        return R"({"set": "x", "to": "x + 1"})";
      case 1:
        return R"({"compute": )" + dice_.one_of<std::string>({"0.001", "0.007"}) + "}";
      case 2:
        return R"({"sleep": )" + dice_.one_of<std::string>({"0", "0.001", "0.02"}) + "}";
      case 3:
        return R"({"put": "q", "item": "x"})";
      case 4:
        return dice_.percent(50) ? R"({"get": "q", "into": "y"})"
                                 : R"({"try": [{"get": "q", "timeout": 0.01, "into": "y"}],
                                      "except": {"type": "Empty", "do": [{"pass": true}]}})";
      case 5:
        return R"json({"set": "z", "to": "n(x, q.qsize())"})json";
      case 6:
        return R"({"acquire": ")" + lock + R"(", "timeout": 0.003, "into": "y"}, {"if": "y",
                 "then": [)" +
               block(depth + 1) + R"(, {"release": ")" + lock + R"("}]})";
      case 7:
        return R"({"with": "c", "do": [{"wait": "c")" +
               std::string(dice_.percent(60) ? R"(, "timeout": 0.004)" : "") + "}, " +
               block(depth + 1) + "]}";
      case 8:
        return R"({"with": "c", "do": [)" + block(depth + 1) + R"(, {"notify_all": "c"}]})";
      case 9:
        return R"json({"for": "i", "in": "range(4)", "do": [)json" + block(depth + 1) + "]}";
      default:
        return R"({"with": ")" + lock + R"(", "do": [)" + block(depth + 1) + "]}";
    }
  }

  Dice dice_;
};

}  // namespace

std::string contended_scenario(std::uint64_t seed) { return Generator(seed).scenario(); }

}  // namespace lockstep
