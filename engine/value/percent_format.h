// printf-style formatting: the % operator of str. Internal to engine/value.
#pragma once
#include <string_view>

#include "engine/value/result.h"
#include "engine/value/text.h"

namespace lockstep {

// Without `names`, handles are written by their number.
Result percent_format(ValueTable& values, std::string_view format, Value arguments,
                      const Names* names);

}  // namespace lockstep
