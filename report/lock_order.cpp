#include "report/lock_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "report/dot.h"
#include "report/exploration_json.h"
#include "report/words.h"

namespace lockstep {
namespace {

std::string place(const Program& program, SiteId site) {
  const Site& its = program.sites[site.index];
  return its.line == 0 ? place_text(its)
                       : fmt::format("{}  {}", place_text(its), printable(its.text));
}

// Only locks that some edge has: others were never held together.
std::vector<bool> used(const LockOrder& order) {
  std::vector<bool> locks(order.locks.size(), false);
  for (const LockOrder::Edge& edge : order.edges) locks[edge.from] = locks[edge.to] = true;
  return locks;
}

bool is_suspect(const LockOrder& order, const LockOrder::Edge& edge) {
  return edge.is_against || std::ranges::any_of(order.edges, [&](const LockOrder::Edge& other) {
           return other.from == edge.to && other.to == edge.from;
         });
}

std::string threads_text(const LockOrder::Edge& edge) {
  std::vector<std::string> names;
  for (const std::string& name : edge.threads) names.push_back(printable(name));
  return listed(names) + (edge.is_against ? ", against the lock_order" : "");
}

}  // namespace

std::string lock_order_places(const Program& program, const LockOrder& order,
                              const LockOrder::Edge& edge) {
  return fmt::format("{}; {} held since {}", place(program, edge.asked_at),
                     printable(order.locks[edge.from].name), place(program, edge.held_at));
}

std::string lock_order_dot(const Program& program, const LockOrder& order,
                           const std::string& title) {
  std::string text = "digraph lock_order {\n";
  text += fmt::format("  label={};\n", dot_label(title));
  text += "  node [fontname=\"sans-serif\", shape=box];\n";
  text += "  edge [fontname=\"sans-serif\", fontsize=10];\n";
  const std::vector<bool> shown = used(order);
  for (std::size_t i = 0; i < order.locks.size(); ++i) {
    if (!shown[i]) continue;
    text +=
        fmt::format("  v{} [label={}];\n", i, dot_label(order.locks[i].name, order.locks[i].type));
  }
  for (const LockOrder::Edge& edge : order.edges) {
    text += fmt::format("  v{} -> v{} [label={}{}];\n", edge.from, edge.to,
                        dot_label(threads_text(edge), lock_order_places(program, order, edge)),
                        is_suspect(order, edge) ? ", color=red, fontcolor=red" : "");
  }
  return text + "}\n";
}

std::string lock_order_json(const Program& program, const LockOrder& order,
                            const std::string& title) {
  using Json = nlohmann::ordered_json;
  Json json = {{"lockstep_graph", 1},
               {"kind", "lock-order"},
               {"title", title},
               {"vertices", Json::array()},
               {"edges", Json::array()}};
  const std::vector<bool> shown = used(order);
  std::vector<std::size_t> number(order.locks.size());
  for (std::size_t i = 0; i < order.locks.size(); ++i) {
    if (!shown[i]) continue;
    number[i] = json["vertices"].size();
    json["vertices"].push_back({{"name", order.locks[i].name}, {"type", order.locks[i].type}});
  }
  for (const LockOrder::Edge& edge : order.edges) {
    json["edges"].push_back({{"from", number[edge.from]},
                             {"to", number[edge.to]},
                             {"held_at", Json::parse(place_json(program, edge.held_at))},
                             {"asked_at", Json::parse(place_json(program, edge.asked_at))},
                             {"threads", edge.threads},
                             {"times", edge.times},
                             {"against_order", edge.is_against}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string lock_order_text(const Program& program, const LockOrder& order) {
  std::string text;
  for (const LockOrder::Edge& edge : order.edges) {
    text += fmt::format("{} -> {}  {}  by {}\n", printable(order.locks[edge.from].name),
                        printable(order.locks[edge.to].name),
                        lock_order_places(program, order, edge), threads_text(edge));
  }
  return text;
}

}  // namespace lockstep
