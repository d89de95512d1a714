// The lock-order graph of a run: for Graphviz, for programs, and in words.
#pragma once
#include <string>

#include "engine/program/program.h"
#include "prediction/predict.h"

namespace lockstep {

// "12:5  acquire b; a held since 11:5  acquire a".
std::string lock_order_places(const Program& program, const LockOrder& order,
                              const LockOrder::Edge& edge);

// Locks are boxes; an arrow leads from a lock to one that was asked for while it was held, with the
// places of both and the threads. Red: it is part of a circle of two, or against the declared
// order.
std::string lock_order_dot(const Program& program, const LockOrder& order,
                           const std::string& title);
// {"lockstep_graph": 1, "kind": "lock-order", "vertices": [...], "edges": [...]}
std::string lock_order_json(const Program& program, const LockOrder& order,
                            const std::string& title);
// One line an edge.
std::string lock_order_text(const Program& program, const LockOrder& order);

}  // namespace lockstep
