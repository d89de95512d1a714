// The heap of Python's heapq (CPython 3.11, Modules/_heapqmodule.c): the same comparisons in the
// same order, so that equal items come out as they do there, and so that what a comparison that
// raises leaves behind is the same.
// Tested by tests/engine/value/heap_test.cpp.
#pragma once
#include <optional>
#include <vector>

#include "engine/value/result.h"

namespace lockstep {

// The exception, if a comparison raised one. The item is in the heap all the same.
std::optional<Value> heap_push(ValueTable& values, std::vector<Value>& heap, Value item);

// The smallest item. If a comparison raises an exception, the item is lost.
// Requires: the heap is not empty.
Result heap_pop(ValueTable& values, std::vector<Value>& heap);

}  // namespace lockstep
