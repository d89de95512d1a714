// report/check_report: the text word for word, the JSON by its keys.
#include "report/check_report.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace lockstep {
namespace {

std::vector<CheckedScenario> one_of_each() {
  std::vector<CheckedScenario> all(4);
  all[0].file = "a.lockstep.json";
  all[0].checks = {"run", "explore"};
  all[0].explored = {"ok", true, "", 12345};
  all[1].file = "bb.lockstep.json";
  all[1].status = CheckedScenario::Status::failed;
  all[1].checks = {"run"};
  all[1].unmet = {{"run/final/n", "0", "1", "lockstep run bb.lockstep.json"}};
  all[2].file = "c.lockstep.json";
  all[2].status = CheckedScenario::Status::incomplete;
  all[2].checks = {"explore"};
  all[2].explored = {"incomplete", false, "states: the limit of 10 was reached", 10};
  all[2].undecided = {"explore/deadlock: impossible"};
  all[3].file = "d\x1b.json";
  all[3].status = CheckedScenario::Status::broken;
  all[3].complaints = "d:1:1: no\n  1 | x\n";
  return all;
}

TEST_CASE("check in words: a line a scenario, what is wrong below it, the totals",
          "[report][check_report]") {
  CHECK(check_text(one_of_each(), 0.31, Paint(false)) ==
        R"(ok   a.lockstep.json   run, explore (12,345 states)
FAIL bb.lockstep.json  run
  run/final/n
    expected  0
    found     1
    see it    lockstep run bb.lockstep.json
???? c.lockstep.json   explore (10 states, incomplete)
  undecided: explore/deadlock: impossible
  incomplete: states: the limit of 10 was reached
BAD  d\x1b.json
  d:1:1: no
    1 | x

4 scenarios: 1 failed, 1 broken, 1 incomplete, 1 ok in 310 ms
)");
}

TEST_CASE("check in words keeps to the width", "[report][check_report]") {
  std::vector<CheckedScenario> one(1);
  one[0].file = "a.json";
  one[0].status = CheckedScenario::Status::failed;
  one[0].unmet = {{"explore/deadlock", "impossible",
                   "possible: LS001 circular-wait: T1 and T2 wait for each other", ""}};
  one[0].undecided = {"fix/remedy: rlock verified (states: the limit of 10 was reached)"};
  CHECK_THAT(check_text(one, -1, Paint(false), 50),
             Catch::Contains("    expected  impossible\n"
                             "    found     possible: LS001 circular-wait: T1\n"
                             "              and T2 wait for each other\n"
                             "  undecided: fix/remedy: rlock verified (states:\n"
                             "    the limit of 10 was reached)\n"));
}

TEST_CASE("check in JSON has the same", "[report][check_report]") {
  const auto json = nlohmann::json::parse(check_json(one_of_each()));
  CHECK(json["lockstep_check"] == 1);
  CHECK(json["totals"] == nlohmann::json::parse(R"({"scenarios": 4, "ok": 1, "failed": 1,
                                                    "incomplete": 1, "broken": 1})"));
  CHECK(json["scenarios"][0]["explored"]["states"] == 12345);
  CHECK_FALSE(json["scenarios"][0].contains("complaints"));
  CHECK(json["scenarios"][1]["unmet"][0]["found"] == "1");
  CHECK(json["scenarios"][2]["explored"]["incomplete_reason"] ==
        "states: the limit of 10 was reached");
  CHECK(json["scenarios"][3]["file"] == "d\x1b.json");
}

}  // namespace
}  // namespace lockstep
