// str.encode() and bytes.decode(): UTF-8, ASCII and Latin-1, errors strict. Internal to
// engine/value.
#pragma once
#include <string_view>

#include "engine/value/result.h"

namespace lockstep {

// Requires: a str, bytes. LookupError for another encoding.
Result encoded(ValueTable& values, Value string, std::string_view encoding);
Result decoded(ValueTable& values, Value bytes, std::string_view encoding);

}  // namespace lockstep
