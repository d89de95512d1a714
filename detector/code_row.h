// A row of a table of kinds that have a stable code: LS001 and so on.
#pragma once
#include <algorithm>
#include <span>
#include <string_view>

namespace lockstep {

template <class Kind>
struct CodeRow {
  Kind kind;
  std::string_view code, name, title;
};

// null: there is none
template <class Kind>
const CodeRow<Kind>* find_row(std::span<const CodeRow<Kind>> rows, std::string_view code_or_name) {
  const auto found = std::ranges::find_if(rows, [&](const CodeRow<Kind>& row) {
    return row.code == code_or_name || row.name == code_or_name;
  });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace lockstep
