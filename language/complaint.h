// One thing that is wrong with a file, said so that a person can mend it.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

struct Place {
  std::uint32_t line = 1;    // 1-based
  std::uint32_t column = 1;  // 1-based, in code points
  std::string pointer;       // JSON Pointer (RFC 6901); "" is the whole document
};

struct Complaint {
  Place place;
  std::string message;  // "expected a Lock, found \"mutxA\"; did you mean \"mutexA\"?"
};

// So many of one file that nobody reads on: no more are looked for.
inline constexpr std::size_t complaints_max = 1000;

// Sorted by place; printed as "file:line:column: /pointer: message", then the source line
// and a caret. `source` is the file's text.
std::string render(std::string_view file, std::string_view source,
                   const std::vector<Complaint>& complaints);

// Of a hostile file no more names are looked at.
inline constexpr std::size_t candidates_max = 1000;

// The nearest of `candidates` to what was found, by edit distance, if it is near enough to be
// a slip of the fingers; "" otherwise. Ties go to the first.
std::string nearest(std::string_view found, const std::vector<std::string>& candidates);
// "; did you mean "x"?" or "".
std::string did_you_mean(std::string_view found, const std::vector<std::string>& candidates);

}  // namespace lockstep
