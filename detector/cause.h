// What can have made a fault come about, as the steps of its interleaving show it.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "detector/code_row.h"

namespace lockstep {

enum class CauseKind : std::uint8_t {
#define CAUSE(kind, code, name, title) kind,
#include "detector/causes.def"
#undef CAUSE
};
using CauseRow = CodeRow<CauseKind>;
const CauseRow& row(CauseKind kind);
std::span<const CauseRow> cause_rows();
const CauseRow* find_cause(std::string_view code_or_name);  // null: there is none

}  // namespace lockstep
