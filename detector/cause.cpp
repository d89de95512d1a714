#include "detector/cause.h"

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
  return find_row(cause_rows(), code_or_name);
}

}  // namespace lockstep
