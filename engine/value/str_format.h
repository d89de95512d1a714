// str.format(): fields in braces. Internal to engine/value.
#pragma once
#include <span>
#include <string_view>

#include "engine/value/result.h"
#include "engine/value/text.h"

namespace lockstep {

// Positional and automatic fields with [index], !conversion and :spec, which may hold fields
// itself. A field with a name is a KeyError, since expressions have no keyword arguments;
// {0.attribute} is an AttributeError, since data values have no attributes here.
Result str_format(ValueTable& values, std::string_view format, std::span<const Value> arguments,
                  const Names& names);

}  // namespace lockstep
