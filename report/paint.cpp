#include "report/paint.h"

#include <array>

namespace lockstep {
namespace {
// The 16 colours that every terminal has and that its theme makes readable on its background.
constexpr std::array<std::string_view, 13> codes{"",   "1;31", "32", "33", "1",  "2", "1;33",
                                                 "36", "35",   "34", "32", "33", "31"};
static_assert(codes.size() == static_cast<std::size_t>(Ink::sixth) + 1, "a code for each ink");
}  // namespace

std::string Paint::operator()(Ink ink, std::string_view text) const {
  if (!colour_ || ink == Ink::plain || text.empty()) return std::string(text);
  std::string painted = "\x1b[";
  painted += codes[static_cast<std::size_t>(ink)];
  painted += 'm';
  painted += text;
  painted += "\x1b[0m";
  return painted;
}

}  // namespace lockstep
