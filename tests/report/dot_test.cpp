// report/dot: the wait-for graph in its three forms, of a picture that is made by hand.
#include "report/dot.h"

#include <catch2/catch.hpp>
#include <string>

namespace lockstep {
namespace {

GraphPicture picture() {
  GraphPicture graph;
  using enum GraphPicture::Edge::Kind;
  graph.vertices = {{"T1", true, true, "at 14"},
                    {"mutexB", false, false, "Lock"},
                    {"T2", true, false, ""},
                    {"e", false, false, "Event"}};
  graph.edges = {
      {0, 1, waits_for, "at 14"}, {1, 2, held_by, "since step 3"}, {3, 0, let_go_by, ""}};
  return graph;
}

TEST_CASE("The DOT text has a node for each vertex and an arrow for each edge", "[report][dot]") {
  CHECK(graph_dot(picture(), "T1 waits") == R"(digraph wait_for {
  label="T1 waits";
  node [fontname="sans-serif"];
  edge [fontname="sans-serif", fontsize=10];
  v0 [label="T1\nat 14", shape=ellipse, color=red, fontcolor=red];
  v1 [label="mutexB\nLock", shape=box];
  v2 [label="T2", shape=ellipse];
  v3 [label="e\nEvent", shape=box];
  v0 -> v1 [label="waits for\nat 14"];
  v1 -> v2 [label="held by\nsince step 3", style=dashed];
  v3 -> v0 [label="let go by", style=dotted];
}
)");
}

TEST_CASE("A name cannot leave its quotes in DOT", "[report][dot]") {
  GraphPicture graph;
  graph.vertices = {{"a\"];evil[b=\"", true, false, ""}, {"back\\", false, false, "\n"}};
  CHECK_THAT(graph_dot(graph, "\""),
             Catch::Contains(R"(v0 [label="a\"];evil[b=\"", shape=ellipse];)") &&
                 Catch::Contains(R"(v1 [label="back\\\n\\n", shape=box];)") &&
                 Catch::Contains(R"(label="\"";)"));
}

TEST_CASE("The graph in words has a line for each edge", "[report][dot]") {
  CHECK(graph_text(picture()) ==
        "T1 --waits for--> mutexB  (at 14)\nmutexB --held by--> T2  (since step 3)\n"
        "e --let go by--> T1\n");
}

TEST_CASE("The graph as JSON numbers its vertices", "[report][dot]") {
  const std::string json = graph_json(picture(), "title");
  CHECK_THAT(json, Catch::Contains("\"lockstep_graph\": 1") &&
                       Catch::Contains("\"kind\": \"waits-for\"") &&
                       Catch::Contains("\"kind\": \"let-go-by\"") &&
                       Catch::Contains("\"name\": \"mutexB\""));
}

}  // namespace
}  // namespace lockstep
