#include "detector/cause.h"

#include <algorithm>
#include <array>

namespace lockstep {
namespace {

constexpr std::array rows{
#define CAUSE(kind, code, name, title) CauseRow{CauseKind::kind, code, name, title},
#include "detector/causes.def"
#undef CAUSE
};

}  // namespace

const CauseRow& row(CauseKind kind) { return rows[static_cast<std::size_t>(kind)]; }

std::span<const CauseRow> cause_rows() { return rows; }

const CauseRow* find_cause(std::string_view code_or_name) {
  const auto found = std::ranges::find_if(rows, [&](const CauseRow& row) {
    return row.code == code_or_name || row.name == code_or_name;
  });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace lockstep
