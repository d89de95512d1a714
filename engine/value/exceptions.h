// The exception classes of exceptions.def and their inheritance.
// Tested by tests/engine/value/exceptions_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/value/value.h"

namespace lockstep {

enum class ExceptionKind : std::uint8_t {
#define EXCEPTION(enumerator, name, base) enumerator,
#include "engine/value/exceptions.def"
#undef EXCEPTION
};

inline constexpr std::size_t exception_kinds = 0
#define EXCEPTION(enumerator, name, base) +1
#include "engine/value/exceptions.def"
#undef EXCEPTION
    ;

// The class, as repr() names it: "Empty".
std::string_view exception_name(ExceptionKind kind);
// As a scenario does: those of multiprocessing with "mp." before it, as one of them is called
// TimeoutError too.
std::string exception_key(ExceptionKind kind);
// As Python writes it in a traceback: "_queue.Empty".
std::string_view exception_full_name(ExceptionKind kind);
std::optional<ExceptionKind> exception_named(std::string_view key);
// Whether `kind` is `ancestor` or derived from it.
bool is_subclass(ExceptionKind kind, ExceptionKind ancestor);

}  // namespace lockstep
