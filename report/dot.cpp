#include "report/dot.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "report/words.h"

namespace lockstep {
namespace {

// A quoted string of the DOT language, for a label: only the quote ends it, but Graphviz reads
// backslashes in labels (\n, \l, \N is the vertex's name), so they are doubled as well.
std::string dot_string(std::string_view text) {
  std::string literal = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') literal += '\\';
    literal += c;
  }
  return literal + "\"";
}

struct EdgeWords {
  std::string_view label, json, style;
};
const EdgeWords& words(const GraphPicture::Edge& edge) {
  static constexpr std::array<EdgeWords, 3> rows{{{"waits for", "waits-for", ""},
                                                  {"held by", "held-by", ", style=dashed"},
                                                  {"let go by", "let-go-by", ", style=dotted"}}};
  return rows[static_cast<std::size_t>(edge.kind)];
}

}  // namespace

std::string dot_label(std::string_view text, std::string_view detail) {
  std::string literal = dot_string(text);
  if (detail.empty()) return literal;
  literal.pop_back();
  return literal + "\\n" + dot_string(detail).substr(1);
}

std::string graph_dot(const GraphPicture& picture, const std::string& title) {
  std::string text = "digraph wait_for {\n";
  text += fmt::format("  label={};\n", dot_string(title));
  text += "  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n";
  for (std::size_t i = 0; i < picture.vertices.size(); ++i) {
    const GraphPicture::Vertex& vertex = picture.vertices[i];
    text += fmt::format("  v{} [label={}, shape={}{}];\n", i, dot_label(vertex.name, vertex.detail),
                        vertex.is_thread ? "ellipse" : "box",
                        vertex.stuck ? ", color=red, fontcolor=red" : "");
  }
  for (const GraphPicture::Edge& edge : picture.edges) {
    text += fmt::format("  v{} -> v{} [label={}{}];\n", edge.from, edge.to,
                        dot_label(words(edge).label, edge.detail), words(edge).style);
  }
  return text + "}\n";
}

std::string graph_json(const GraphPicture& picture, const std::string& title) {
  using Json = nlohmann::ordered_json;
  Json json = {{"lockstep_graph", 1},
               {"kind", "wait-for"},
               {"title", title},
               {"vertices", Json::array()},
               {"edges", Json::array()}};
  for (const GraphPicture::Vertex& vertex : picture.vertices) {
    json["vertices"].push_back({{"name", vertex.name},
                                {"kind", vertex.is_thread ? "thread" : "object"},
                                {"stuck", vertex.stuck},
                                {"detail", vertex.detail}});
  }
  for (const GraphPicture::Edge& edge : picture.edges) {
    json["edges"].push_back({{"from", edge.from},
                             {"to", edge.to},
                             {"kind", words(edge).json},
                             {"detail", edge.detail}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string graph_text(const GraphPicture& picture) {
  std::string text;
  for (const GraphPicture::Edge& edge : picture.edges) {
    text += fmt::format("{} --{}--> {}", printable(picture.vertices[edge.from].name),
                        words(edge).label, printable(picture.vertices[edge.to].name));
    if (!edge.detail.empty()) text += fmt::format("  ({})", printable(edge.detail));
    text += '\n';
  }
  return text;
}

}  // namespace lockstep
