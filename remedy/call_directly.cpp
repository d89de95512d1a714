// Remedy call-directly: a task that submits another one and waits for its result calls the
// function itself, and so needs no second worker.
//
//   f = pool.submit(g, x); S; y = f.result()  ->  S; y = g(x)
//
// If S assigns to what the arguments are made of, the place is left alone.
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"

namespace lockstep {
namespace {

struct Spot {
  const Block* block;
  std::size_t submit, result;
  std::string body;
};

// The name to which the future is assigned, if it is one.
std::string future_of(const Statement& submit) {
  const Operand* into = find_operand(submit, "into");
  const bool is_name = into != nullptr && into->expression->kind == Expression::Kind::name;
  return is_name ? into->expression->text : "";
}

bool mentions(const Statement& statement, const std::string& name) {
  bool found = false;
  const auto look = [&](const Statement& one) {
    for_each_expression(one, [&](const Expression& part) {
      found = found || (part.kind == Expression::Kind::name && part.text == name);
    });
  };
  look(statement);
  for (const Block* block : blocks_of(statement)) for_each_statement(*block, look);
  return found;
}

bool assigns(const Statement& statement, const std::set<std::string>& names) {
  bool found = false;
  const auto look = [&](const Statement& one) {
    for (const std::string& name : assigned_names(one)) found = found || names.contains(name);
  };
  look(statement);
  for (const Block* block : blocks_of(statement)) for_each_statement(*block, look);
  return found;
}

void find_places(const Body& body, std::vector<Spot>& places) {
  for_each_block(*body.block, [&](const Block& block) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (block[i].kind != StatementKind::submit) continue;
      const std::string future = future_of(block[i]);
      if (future.empty() || !block[i].label.empty()) continue;
      std::set<std::string> names;
      for_each_expression(block[i], [&](const Expression& part) {
        if (part.kind == Expression::Kind::name) names.insert(part.text);
      });
      std::vector<std::size_t> uses;
      bool is_steady = true;
      std::size_t result = block.size();
      for (std::size_t j = i + 1; j < block.size(); ++j) {
        if (mentions(block[j], future)) uses.push_back(j);
        const bool is_result = block[j].kind == StatementKind::result &&
                               get_operand(block[j], "result").source == future &&
                               find_operand(block[j], "timeout") == nullptr;
        if (is_result && result == block.size()) result = j;
        if (result == block.size()) is_steady = is_steady && !assigns(block[j], names);
      }
      if (result < block.size() && uses == std::vector<std::size_t>{result} && is_steady) {
        places.push_back({&block, i, result, body.name});
      }
    }
  });
}

}  // namespace

std::vector<Proposal> propose_call_directly(const Scenario& scenario, const Program&,
                                            const Exploration&) {
  std::vector<Spot> places;
  std::set<std::string> tasks;
  const std::vector<Body> bodies = bodies_of(scenario);
  for (const Body& body : bodies) {
    for_each_statement(*body.block, [&](const Statement& statement) {
      const bool submits =
          statement.kind == StatementKind::submit || statement.kind == StatementKind::map;
      if (submits) tasks.insert(get_function(statement, "function"));
    });
  }
  for (const Body& body : bodies) {
    if (body.is_function && tasks.contains(body.name)) find_places(body, places);
  }
  if (places.empty()) return {};
  Edit edit(scenario.text);
  std::vector<std::string> where;
  std::ranges::sort(places, std::greater(), [](const Spot& place) {
    const Place& at = (*place.block)[place.result].place;
    return std::pair(at.line, at.column);
  });
  for (const Spot& place : places) {
    const std::string submit = child(list_of(*place.block), place.submit);
    const std::string result = child(list_of(*place.block), place.result);
    const JsonNode* node = edit.at(submit);
    if (node->find("kwargs") != nullptr) return {};
    std::string call = "{\"call\": " + text_at(edit, submit + "/function");
    if (node->find("args") != nullptr) call += ", \"args\": " + text_at(edit, submit + "/args");
    if (edit.at(result + "/into") != nullptr)
      call += ", \"into\": " + text_at(edit, result + "/into");
    if (edit.at(result + "/label") != nullptr) {
      call += ", \"label\": " + text_at(edit, result + "/label");
    }
    if (!edit.replace(result, call + "}")) return {};
    if (std::ranges::find(where, place.body) == where.end()) where.push_back(place.body);
  }
  std::ranges::sort(places, std::greater(), [](const Spot& place) {
    const Place& at = (*place.block)[place.submit].place;
    return std::pair(at.line, at.column);
  });
  for (const Spot& place : places) {
    if (!edit.remove(child(list_of(*place.block), place.submit))) return {};
  }
  std::ranges::sort(where);
  return {proposal_of(
      "call-directly",
      "call the function in " + in_words(where) + " instead of waiting for a worker", edit)};
}

}  // namespace lockstep
