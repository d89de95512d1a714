// str.encode() and bytes.decode(): UTF-8, ASCII and Latin-1; errors are raised, left out or
// replaced. Internal to engine/value.
#pragma once
#include <string_view>

#include "engine/value/result.h"

namespace lockstep {

// Requires: a str, bytes. LookupError for another encoding, and, once there is an error, for
// another handler than 'strict', 'ignore' or 'replace'.
Result encoded(ValueTable& values, Value string, std::string_view encoding,
               std::string_view errors);
Result decoded(ValueTable& values, Value bytes, std::string_view encoding, std::string_view errors);

}  // namespace lockstep
