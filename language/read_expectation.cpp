#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "engine/run/run.h"
#include "language/names.h"
#include "language/read_body.h"
#include "language/read_parts.h"

namespace lockstep {
namespace {

std::vector<std::string_view> policy_names() {
  std::vector<std::string_view> names;
  for (const PolicyRow& row : policy_rows()) names.push_back(row.name);
  return names;
}

bool may_create_threads(const Scenario& scenario) {
  return (scenario.main && creates_threads(*scenario.main)) ||
         std::any_of(scenario.functions.begin(), scenario.functions.end(),
                     [](const ScenarioFunction& f) { return creates_threads(f.body); }) ||
         std::any_of(scenario.threads.begin(), scenario.threads.end(),
                     [](const ScenarioThread& t) { return creates_threads(t.body); });
}

class ExpectationReader {
 public:
  ExpectationReader(Reader& reader, const JsonNode& document, const Scenario& scenario)
      : reader_(reader),
        threads_{"MainThread"},
        has_order_(document.find("lock_order") != nullptr),
        has_conditions_(document.find("invariants") != nullptr ||
                        document.find("finally") != nullptr),
        any_thread_(may_create_threads(scenario)) {
    const auto add_keys = [](const JsonNode* names, std::set<std::string>& to) {
      if (names == nullptr) return;
      for (const JsonNode::Member& member : names->members) to.insert(member.key);
    };
    add_keys(document.find("variables"), variables_);
    add_keys(document.find("threads"), threads_);
  }

  RunExpectation read_run(const At& at) {
    RunExpectation run;
    if (!reader_.is_object(at, "an object, such as {\"outcome\": \"deadlock\"}")) return run;
    reader_.check_keys(at, "the expectation of a run", expect_run_keys);
    for (const JsonNode::Member& member : at.node.members) {
      const At value = at.member(member);
      if (member.key == "policy") {
        const std::vector<std::string_view> names = policy_names();
        if (const auto i = reader_.one_of(value, names)) run.policy = names[*i];
      } else if (member.key == "seed") {
        constexpr std::int64_t seed_max = std::numeric_limits<std::int64_t>::max();
        run.seed = static_cast<std::uint64_t>(reader_.integer(value, 0, seed_max).value_or(0));
      } else if (member.key == "outcome") {
        if (const auto i = reader_.one_of(value, outcome_names)) run.outcome = outcome_names[*i];
      } else if (member.key == "output") {
        run.output = read_lines(value);
      } else if (member.key == "final") {
        run.final = read_values(value);
      } else if (member.key == "exceptions") {
        run.exceptions = read_exceptions(value);
      } else if (member.key == "exit_status") {
        run.exit_status = reader_.integer(value, 0, exit_status_max);
      } else if (member.key == "lock_order") {
        run.lock_order = read_order(value);
      } else if (member.key == "conditions") {
        run.conditions = read_conditions(value);
      }
    }
    return run;
  }

  ExploreExpectation read_explore(const At& at) {
    ExploreExpectation explore;
    if (!reader_.is_object(at, "an object, such as {\"deadlock\": \"possible\"}")) return explore;
    reader_.check_keys(at, "the expectation of an exploration", expect_explore_keys);
    for (const JsonNode::Member& member : at.node.members) {
      const At value = at.member(member);
      if (member.key == "deadlock") {
        explore.deadlock = read_possibility(value);
      } else if (member.key == "partial_deadlock") {
        explore.partial_deadlock = read_possibility(value);
      } else if (member.key == "livelock") {
        explore.livelock = read_possibility(value);
      } else if (member.key == "starvation") {
        explore.starvation = read_possibility(value);
      } else if (member.key == "exceptions") {
        explore.exceptions = read_possibility(value);
      } else if (member.key == "lock_order") {
        explore.lock_order = read_order(value);
      } else if (member.key == "outcomes") {
        explore.outcomes = read_outcomes(value);
      } else if (member.key == "findings") {
        explore.findings = read_findings(value);
      } else if (member.key == "causes") {
        explore.causes = read_causes(value);
      }
    }
    return explore;
  }

  FixExpectation read_fix(const At& at) {
    FixExpectation fix;
    if (!reader_.is_object(at, "an object, such as {\"remedy\": \"lock-order\"}")) return fix;
    reader_.check_keys(at, "the expectation of a fix", expect_fix_keys);
    for (const JsonNode::Member& member : at.node.members) {
      if (member.key != "remedy") continue;
      // Remedies are rows of a room above this one, which looks the name up.
      if (const std::string* name = reader_.text(at.member(member), "the name of a remedy")) {
        fix.remedy = *name;
      }
    }
    return fix;
  }

 private:
  std::optional<OrderExpectation> read_conditions(const At& at) {
    const std::optional<std::size_t> i = reader_.one_of(at, order_names);
    if (!i) return std::nullopt;
    if (!has_conditions_) {
      reader_.complain(
          at,
          "the scenario has no \"invariants\" and no \"finally\" that could be kept or "
          "broken");
    }
    return static_cast<OrderExpectation>(*i);
  }

  std::optional<OrderExpectation> read_order(const At& at) {
    const std::optional<std::size_t> i = reader_.one_of(at, order_names);
    if (!i) return std::nullopt;
    if (!has_order_) {
      reader_.complain(at, "the scenario has no \"lock_order\" that could be kept or broken");
    }
    return static_cast<OrderExpectation>(*i);
  }

  std::optional<Possibility> read_possibility(const At& at) {
    const std::optional<std::size_t> i = reader_.one_of(at, possibility_names);
    if (!i) return std::nullopt;
    return static_cast<Possibility>(*i);
  }

  void complain_of(const At& at, const JsonNode::Member& member, std::string_view what,
                   const std::set<std::string>& names) {
    reader_.complain_key(at, member,
                         fmt::format("there is no {} {}{}", what, in_quotes(member.key),
                                     did_you_mean(member.key, {names.begin(), names.end()})));
  }

  std::vector<std::string> read_lines(const At& at) {
    std::vector<std::string> lines;
    if (!reader_.is_array(at, "an array of lines")) return lines;
    for (std::size_t i = 0; i < at.node.items.size() && !reader_.is_full(); ++i) {
      const At line = at.item(i);
      if (line.node.kind == JsonNode::Kind::string) {
        lines.push_back(line.node.text);
      } else {
        reader_.expected(line, "a line of text");
      }
    }
    return lines;
  }

  NamedValues read_values(const At& at) {
    NamedValues values;
    if (!reader_.is_object(at, "an object: variables and their values")) return values;
    for (const JsonNode::Member& member : at.node.members) {
      if (reader_.is_full()) break;
      if (!variables_.contains(member.key)) complain_of(at, member, "variable", variables_);
      values.emplace_back(member.key, plain_constant(member.value));
    }
    return values;
  }

  std::vector<std::pair<std::string, std::string>> read_exceptions(const At& at) {
    std::vector<std::pair<std::string, std::string>> exceptions;
    if (!reader_.is_object(at, "an object: threads and their exceptions")) return exceptions;
    for (const JsonNode::Member& member : at.node.members) {
      if (reader_.is_full()) break;
      if (!threads_.contains(member.key) && !any_thread_) {
        complain_of(at, member, "thread", threads_);
      }
      const At value = at.member(member);
      const std::string* type = reader_.text(value, "the name of an exception class");
      if (type == nullptr) continue;
      if (!exception_named(*type)) {
        reader_.complain(value, fmt::format("unknown exception class {}{}", in_quotes(*type),
                                            did_you_mean(*type, exception_names())));
      }
      exceptions.emplace_back(member.key, *type);
    }
    return exceptions;
  }

  // The kinds of findings are of a room above this one, which looks their names up.
  std::vector<ExpectedFinding> read_findings(const At& at) {
    std::vector<ExpectedFinding> findings;
    if (!reader_.is_object(at, "an object: kinds of findings and their preemptions")) {
      return findings;
    }
    for (const JsonNode::Member& member : at.node.members) {
      if (reader_.is_full()) break;
      const At value = at.member(member);
      ExpectedFinding expected{member.key, std::nullopt};
      if (value.node.kind != JsonNode::Kind::null) {
        const auto preemptions = reader_.integer(value, 0, preemptions_max);
        if (preemptions) expected.preemptions = static_cast<std::uint64_t>(*preemptions);
      }
      findings.push_back(std::move(expected));
    }
    return findings;
  }

  // Likewise.
  std::vector<std::string> read_causes(const At& at) {
    std::vector<std::string> causes;
    if (!reader_.is_array(at, "an array of causes")) return causes;
    for (std::size_t i = 0; i < at.node.items.size() && !reader_.is_full(); ++i) {
      if (const std::string* name = reader_.text(at.item(i), "a cause")) causes.push_back(*name);
    }
    return causes;
  }

  std::vector<NamedValues> read_outcomes(const At& at) {
    std::vector<NamedValues> outcomes;
    if (!reader_.is_array(at, "an array of outcomes")) return outcomes;
    for (std::size_t i = 0; i < at.node.items.size() && !reader_.is_full(); ++i) {
      const At item = at.item(i);
      outcomes.push_back(read_values(item));
      if (item.node.kind == JsonNode::Kind::object) check_same_names(item, at.node.items[0]);
    }
    return outcomes;
  }

  // An outcome that leaves a variable out would speak of other combinations than its neighbours.
  void check_same_names(const At& at, const JsonNode& first) {
    const auto is_unknown = [&](const JsonNode::Member& m) { return !variables_.contains(m.key); };
    // The names that do not exist have been complained of.
    if (std::any_of(at.node.members.begin(), at.node.members.end(), is_unknown)) return;
    for (const JsonNode::Member& member : first.members) {
      if (at.node.find(member.key) == nullptr) {
        reader_.complain(at, fmt::format("every outcome has the same variables; {} is missing",
                                         in_quotes(member.key)));
      }
    }
    for (const JsonNode::Member& member : at.node.members) {
      if (first.kind == JsonNode::Kind::object && first.find(member.key) == nullptr) {
        reader_.complain_key(
            at, member,
            fmt::format("every outcome has the same variables; the first has no {}",
                        in_quotes(member.key)));
      }
    }
  }

  Reader& reader_;
  std::set<std::string> variables_, threads_;
  bool has_order_;       // the scenario declares one
  bool has_conditions_;  // likewise an invariant or a final check
  bool any_thread_;      // threads that are created may have any name
};

}  // namespace

void read_expectation(Reader& reader, const At& at, const JsonNode& document, Scenario& scenario) {
  if (!reader.is_object(at, "an object with \"run\", \"explore\" or \"fix\"")) return;
  reader.check_keys(at, "the expectations", expect_keys);
  ExpectationReader expectation(reader, document, scenario);
  for (const JsonNode::Member& member : at.node.members) {
    const At value = at.member(member);
    if (member.key == "run") scenario.expect.run = expectation.read_run(value);
    if (member.key == "explore") scenario.expect.explore = expectation.read_explore(value);
    if (member.key == "fix") scenario.expect.fix = expectation.read_fix(value);
  }
}

}  // namespace lockstep
