// Python's sort: stable, by < alone. Internal to engine/value.
#pragma once
#include <optional>
#include <vector>

#include "engine/value/result.h"

namespace lockstep {

// Sorts ascending; the exception if two items have no order, and then `items` is unspecified.
// Up to 63 items are compared in CPython's sequence, so that of several exceptions the same
// one is raised and items without a total order (NaN) end up in the same places.
std::optional<Result> sort_items(ValueTable& values, std::vector<Value>& items);

}  // namespace lockstep
