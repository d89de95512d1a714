#include "engine/value/exceptions.h"

#include <algorithm>
#include <array>

namespace lockstep {
namespace {

struct Row {
  std::string_view name;
  ExceptionKind base;
};

constexpr std::array<Row, exception_kinds> rows{{
#define EXCEPTION(enumerator, name, base) {name, ExceptionKind::base},
#include "engine/value/exceptions.def"
#undef EXCEPTION
}};

constexpr const Row& row(ExceptionKind kind) { return rows[static_cast<std::size_t>(kind)]; }

constexpr bool bases_stand_first() {
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].base) >= i) return false;
  }
  return static_cast<std::size_t>(rows[0].base) == 0;
}
static_assert(bases_stand_first(), "is_subclass() climbs to row 0, which is its own base");

}  // namespace

std::string_view exception_full_name(ExceptionKind kind) { return row(kind).name; }

std::string_view exception_name(ExceptionKind kind) {
  const std::string_view full = exception_full_name(kind);
  return full.substr(full.rfind('.') + 1);
}

std::string exception_key(ExceptionKind kind) {
  const bool is_of_processes = exception_full_name(kind).starts_with("multiprocessing.");
  return (is_of_processes ? "mp." : "") + std::string(exception_name(kind));
}

std::optional<ExceptionKind> exception_named(std::string_view key) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto kind = static_cast<ExceptionKind>(i);
    if (exception_key(kind) == key) return kind;
  }
  return std::nullopt;
}

bool is_subclass(ExceptionKind kind, ExceptionKind ancestor) {
  while (kind > ancestor) kind = row(kind).base;
  return kind == ancestor;
}

}  // namespace lockstep
