// The wait-for graph of one moment: for Graphviz, for programs, and in words.
#pragma once
#include <string>
#include <string_view>

#include "detector/deadlock.h"

namespace lockstep {

// Threads are ellipses and objects boxes; a solid arrow waits, a dashed one is held by. Who is
// stuck for ever is red. `title` is drawn below.
std::string graph_dot(const GraphPicture& picture, const std::string& title);
// {"lockstep_graph": 1, "kind": "wait-for", "vertices": [...], "edges": [...]}
std::string graph_json(const GraphPicture& picture, const std::string& title);
// One line an edge, threads in their order: "T1 --waits for--> mutexB (Lock) at 14:3".
std::string graph_text(const GraphPicture& picture);

// A label of the DOT language in quotes: two lines, the second if there is one.
std::string dot_label(std::string_view text, std::string_view detail = {});

}  // namespace lockstep
