// report/fix_text: the table of remedies, word for word, of results that are made by hand.
#include "report/fix_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep {
namespace {

FixResult result() {
  FixResult made;
  Finding finding{};
  finding.kind = FindingKind::circular_wait;
  finding.message = "T1 and T2 wait for each other";
  made.exploration.findings.push_back(finding);
  made.exploration.verdict = Verdict::deadlock;
  made.original_cost = RemedyCost{2.0, 0, 1.0};
  TriedRemedy good{};
  good.verdict = TriedRemedy::Verdict::verified;
  good.proposal.remedy = "lock-order";
  good.proposal.title = "take mutexA before mutexB in f2";
  good.exploration.stats.states = 108;
  good.cost = {3.0, 2, 1.0};
  TriedRemedy bad{};
  bad.verdict = TriedRemedy::Verdict::refuted;
  bad.proposal.remedy = "one-rlock";
  bad.proposal.title = "one RLock";
  bad.reason = "T1 still waits for ever";
  bad.exploration.stats.states = 12345;
  bad.cost.edits = 1;
  made.tried = {good, bad};
  return made;
}

TEST_CASE("Remedies stand side by side, each with what it costs", "[report][fix_text]") {
  CHECK(fix_text(result(), FixHints{"s.json"}, 100, Paint(false)) ==
        R"(LS001 circular-wait: T1 and T2 wait for each other

   remedy      verdict   states  takes          locks held         edits
1  lock-order  verified     108  3.0 s (+50 %)  1.0 s (as before)      2
   take mutexA before mutexB in f2
2  one-rlock   refuted   12,345                                        1
   one RLock
   T1 still waits for ever

verified: all interleavings of the changed scenario were explored, and none shows a fault
  show it   lockstep fix s.json --diff
  make it   lockstep fix s.json --write
)");
}

TEST_CASE("What refutes a remedy, what does not apply and what was not tried is said",
          "[report][fix_text]") {
  FixResult more = result();
  more.tried[1].schedule_text = "T1*3,T2";
  more.tried[1].schedule_json = R"(["T1*3", "T2"])";
  more.inapplicable = {{"lock-order", "in f, line 3, a cannot be taken before b: it is called"}};
  more.left_out = 12;
  more.combined = 1;
  const std::string text = fix_text(more, std::nullopt, 100, Paint(false));
  CHECK_THAT(text, Catch::Contains(R"(   one RLock
   T1 still waits for ever
   schedule of the changed scenario: 'T1*3,T2'

lock-order does not apply: in f, line 3, a cannot be taken before b: it is called
No remedy alone mended all, so 1 combination of two together was tried.
12 changes more were not tried: at most 8 of one remedy, 16 combinations, 64 in all.

verified: )"));

  const auto program = Program();
  const auto json = nlohmann::json::parse(fix_json(more, program, Subject{"s.json", {}}));
  CHECK(json["remedies"][1]["schedule"] == nlohmann::json::parse(R"(["T1*3", "T2"])"));
  CHECK(json["inapplicable"][0]["remedy"] == "lock-order");
  CHECK(json["left_out"] == 12);
  CHECK(json["combinations"] == 1);

  more.tried[1].schedule_text = std::string(300, 'T');
  CHECK_THAT(fix_text(more, std::nullopt, 100, Paint(false)),
             Catch::Contains("schedule of the changed scenario: see --report json"));
}

TEST_CASE("What to do next is said only where there is something left to do",
          "[report][fix_text]") {
  const auto tail = [](const FixResult& result, const std::optional<FixHints>& hints) {
    const std::string text = fix_text(result, hints, 100, Paint(false));
    return text.substr(text.find("shows a fault\n") + std::string_view("shows a fault\n").size());
  };
  FixResult two = result();
  two.tried[1].verdict = TriedRemedy::Verdict::verified;
  CHECK(tail(two, FixHints{"s.json"}) ==
        "  show it   lockstep fix s.json --diff\n"
        "  make it   lockstep fix s.json --write\n"
        "  --remedy 2 chooses the second\n");
  CHECK(tail(two, FixHints{"s.json --remedy 2", true}) ==
        "  show it   lockstep fix s.json --remedy 2 --diff\n"
        "  make it   lockstep fix s.json --remedy 2 --write\n");
  CHECK(tail(two, std::nullopt).empty());
}

TEST_CASE("Costs of microseconds are told apart", "[report][fix_text]") {
  FixResult quick = result();
  quick.original_cost = RemedyCost{0.000010, 0, 0.000005};
  quick.tried[0].cost = {0.000008, 2, 0};
  CHECK_THAT(fix_text(quick, std::nullopt, 100, Paint(false)),
             Catch::Contains("8.0 µs (-20 %)  0 s (-100 %)"));
}

TEST_CASE("A reason that is long goes on below", "[report][fix_text]") {
  FixResult wordy = result();
  wordy.tried[1].reason =
      "it still deadlocks: " + std::string(30, 'a') + ' ' + std::string(30, 'b');
  CHECK_THAT(fix_text(wordy, std::nullopt, 60, Paint(false)),
             Catch::Contains("\n   it still deadlocks: " + std::string(30, 'a') + "\n     " +
                             std::string(30, 'b') + '\n'));
}

TEST_CASE("What was not verified is not recommended", "[report][fix_text]") {
  FixResult none = result();
  none.tried.erase(none.tried.begin());
  CHECK_THAT(fix_text(none, FixHints{"s.json"}, 100, Paint(false)),
             Catch::EndsWith("\nNo remedy was verified, so none is recommended.\n"));
  none.tried.clear();
  CHECK_THAT(fix_text(none, FixHints{"s.json"}, 100, Paint(false)),
             Catch::EndsWith("\nNo remedy that lockstep knows applies here.\n"));
}

TEST_CASE("Nothing to mend is said only of a complete exploration", "[report][fix_text]") {
  FixResult fine;
  CHECK(fix_text(fine, FixHints{"s.json"}, 100, Paint(false)) ==
        "Nothing to mend: no interleaving shows a fault.\n");
  fine.exploration.complete = false;
  fine.exploration.incomplete_reason = "interrupted";
  CHECK(fix_text(fine, FixHints{"s.json"}, 100, Paint(false)) ==
        "Nothing found to mend, but the search is incomplete: interrupted.\n");
}

TEST_CASE("The remedies as JSON", "[report][fix_text]") {
  const auto json = nlohmann::json::parse(fix_json(result(), Program{}, {"s.json", {}}));
  CHECK(json["lockstep_fix"] == 1);
  CHECK(json["original"]["verdict"] == "deadlock");
  CHECK(json["original_cost"]["makespan"] == 2.0);
  CHECK(json["remedies"][0]["verdict"] == "verified");
  CHECK(json["remedies"][0]["cost"] ==
        nlohmann::json::parse(R"({"makespan": 3.0, "lock_hold": 1.0, "edits": 2})"));
  CHECK(json["remedies"][1]["reason"] == "T1 still waits for ever");
}

}  // namespace
}  // namespace lockstep
