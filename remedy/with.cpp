// Remedy with: what stands between an acquire and its release becomes the body of a `with`, which
// lets the lock or permit go on every way out.
//
//   acquire m; S; release m  ->  with m: S
//   acquire m; S             ->  with m: S     (up to the end of the list)
//
// A release inside S stands for a way out that the `with` takes care of, and goes. Of the findings
// in which nobody has ended only those places count from which a way out leads, or that have no
// release.
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"

namespace lockstep {
namespace {

bool is_plain_acquire(const Statement& statement) {
  return statement.kind == StatementKind::acquire &&
         find_operand(statement, "timeout") == nullptr &&
         find_operand(statement, "blocking") == nullptr &&
         find_operand(statement, "into") == nullptr && statement.label.empty();
}

// The places where a statement's kind and operand are these, within the statement.
void find_releases(const Statement& statement, const std::string& operand,
                   std::vector<std::string>& pointers) {
  if (statement.kind == StatementKind::release &&
      get_operand(statement, "release").source == operand) {
    pointers.push_back(statement.place.pointer);
  }
  for (const Block* block : blocks_of(statement)) {
    for (const Statement& inner : *block) find_releases(inner, operand, pointers);
  }
}

struct Spot {
  std::string list, body;
  std::size_t acquire, release;  // release: of the list; its size where there is none
  std::size_t size;
  std::vector<std::string> inside;  // releases that go
};

std::optional<Proposal> rewritten(const Scenario& scenario, const std::vector<Spot>& places,
                                  const std::string& name) {
  Edit edit(scenario.text);
  std::vector<std::string> where;
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    for (auto it = place->inside.rbegin(); it != place->inside.rend(); ++it) {
      if (!remove_statement(edit, *it)) return std::nullopt;
    }
    const std::string lock = text_at(edit, child(place->list, place->acquire) + "/acquire");
    const bool is_released = place->release < place->size;
    if (!wrap(edit, place->list, place->acquire + 1, place->release - 1,
              "{\"with\": " + lock + ", \"do\": [", "]}", true, is_released)) {
      return std::nullopt;
    }
    if (std::ranges::find(where, place->body) == where.end()) where.push_back(place->body);
  }
  std::ranges::sort(where);
  return proposal_of("with", "hold " + name + " by `with` in " + in_words(where), edit);
}

}  // namespace

std::vector<Proposal> propose_with(const Scenario& scenario, const Program& program,
                                   const Exploration& exploration) {
  std::vector<Proposal> proposals;
  bool only_open = true;  // places that have a release on each way are fine
  const auto objects = waited_for(scenario, program, exploration,
                                  [&](const Finding& finding, const StuckThread& stuck) {
                                    const bool counts = stuck.core && is_for_unreleased(finding);
                                    if (counts && finding.kind != FindingKind::circular_wait &&
                                        finding.kind != FindingKind::self_deadlock) {
                                      only_open = false;
                                    }
                                    return counts;
                                  });
  for (const ScenarioObject* object : objects) {
    std::vector<Spot> places;
    for (const Body& body : bodies_of(scenario)) {
      for_each_block(*body.block, [&](const Block& block) {
        for (std::size_t i = 0; i + 1 < block.size(); ++i) {
          if (!is_plain_acquire(block[i]) ||
              !may_name(scenario, body, block[i], "acquire", *object)) {
            continue;
          }
          const std::string& operand = get_operand(block[i], "acquire").source;
          Spot place{list_of(block), body.name, i, block.size(), block.size(), {}};
          bool open = false;
          for (std::size_t j = i + 1; j < block.size(); ++j) {
            if (block[j].kind == StatementKind::release &&
                get_operand(block[j], "release").source == operand) {
              place.release = j;
              break;
            }
            open = open || jumps(block[j]);
            find_releases(block[j], operand, place.inside);
          }
          const bool is_released = place.release < block.size();
          // Released in a `finally`, or in a branch: that is as good as a with, or meant so.
          if (!is_released && !place.inside.empty()) continue;
          if (place.release == i + 1 || (only_open && is_released && !open)) continue;
          const bool overlaps =
              !places.empty() && places.back().list == place.list && places.back().release > i;
          if (!overlaps) places.push_back(std::move(place));
        }
      });
    }
    if (places.empty()) continue;
    if (auto all = rewritten(scenario, places, object->name)) proposals.push_back(*std::move(all));
    for (const Spot& place : places) {
      if (places.size() == 1) break;
      if (auto one = rewritten(scenario, {place}, object->name)) {
        proposals.push_back(*std::move(one));
      }
    }
  }
  return proposals;
}

}  // namespace lockstep
