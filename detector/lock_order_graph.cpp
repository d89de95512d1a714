#include "detector/lock_order_graph.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/hawick_circuits.hpp>
#include <boost/graph/strong_components.hpp>
#include <set>
#include <tuple>
#include <utility>

namespace lockstep {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
using Circuit = std::vector<std::uint32_t>;

struct Enough {};  // thrown by a visitor: Boost's algorithms cannot be stopped otherwise

class Collector {
 public:
  explicit Collector(std::vector<Circuit>& into) : into_(&into) {}
  template <class Path>
  void cycle(const Path& path, const Graph&) const {
    if (into_->size() == circuits_max) throw Enough();
    Circuit circuit;
    for (const auto vertex : path) circuit.push_back(static_cast<std::uint32_t>(vertex));
    std::rotate(circuit.begin(), std::ranges::min_element(circuit), circuit.end());
    into_->push_back(std::move(circuit));
  }

 private:
  std::vector<Circuit>* into_;
};

// Only edges inside a strong component are in a circuit, and there are few of these.
Graph inner_graph(std::size_t vertices, std::span<const LockOrderEdge> edges) {
  const std::set<LockOrderEdge> distinct(edges.begin(), edges.end());
  Graph graph(vertices);
  for (const LockOrderEdge& edge : distinct) boost::add_edge(edge.from, edge.to, graph);
  std::vector<std::size_t> component(vertices);
  boost::strong_components(graph, boost::make_iterator_property_map(
                                      component.begin(), boost::get(boost::vertex_index, graph)));
  Graph inner(vertices);
  for (const LockOrderEdge& edge : distinct) {
    if (component[edge.from] == component[edge.to]) boost::add_edge(edge.from, edge.to, inner);
  }
  return inner;
}

// Those of two vertices, then those of three.
std::vector<Circuit> short_circuits(const Graph& graph) {
  std::set<LockOrderEdge> edges;
  for (auto [edge, end] = boost::edges(graph); edge != end; ++edge) {
    edges.insert({static_cast<std::uint32_t>(boost::source(*edge, graph)),
                  static_cast<std::uint32_t>(boost::target(*edge, graph))});
  }
  std::vector<Circuit> found;
  const auto add = [&](Circuit circuit) {
    if (found.size() < circuits_max) found.push_back(std::move(circuit));
  };
  for (const auto& [a, b] : edges) {
    if (a < b && edges.contains({b, a})) add({a, b});
  }
  for (const auto& [a, b] : edges) {
    for (auto next = edges.lower_bound({b, 0}); next != edges.end() && next->from == b; ++next) {
      const std::uint32_t c = next->to;
      if (a < b && a < c && edges.contains({c, a})) add({a, b, c});
    }
  }
  return found;
}

}  // namespace

Circuits circuits(std::size_t vertices, std::span<const LockOrderEdge> edges) {
  const Graph graph = inner_graph(vertices, edges);
  Circuits result;
  if (boost::num_edges(graph) == 0) return result;
  try {
    boost::hawick_circuits(graph, Collector(result.circuits));
  } catch (const Enough&) {
    result.complete = false;
    result.circuits = short_circuits(graph);
  }
  std::ranges::sort(result.circuits, [](const Circuit& a, const Circuit& b) {
    return std::tuple(a.size(), a) < std::tuple(b.size(), b);
  });
  return result;
}

}  // namespace lockstep
