// The distinct ways in which a program can end, as a table.
#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "explorer/explore.h"
#include "report/paint.h"

namespace lockstep {

// A row for each outcome up to `rows_max`, at most `width` columns wide: how many states show
// it, how it ends, the variables, exceptions. "" if there are none.
std::string outcomes_text(std::span<const ExploredOutcome> outcomes, std::size_t width,
                          const Paint& paint, std::size_t rows_max = 20);

}  // namespace lockstep
