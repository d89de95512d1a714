// printf-style formatting: the % operator of str and bytes. Internal to engine/value.
#pragma once
#include <string_view>

#include "engine/value/result.h"
#include "engine/value/text.h"

namespace lockstep {

// Requires: `format` is a str or bytes. Without `names`, handles are written by their number.
Result percent_format(ValueTable& values, Value format, Value arguments, const Names* names);

}  // namespace lockstep
