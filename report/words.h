// The words and numbers that all reports share, so that each says the same thing alike.
//
// Whatever comes from a scenario (names, labels, notes, printed lines) passes printable(), or
// its own format's escaping, before it reaches a report.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/program/program.h"
#include "engine/run/run.h"

namespace lockstep {

// As it may stand on a terminal: control characters, line breaks, invisible and
// direction-changing ones, and bytes that are no UTF-8 become \n, \x1b, \u202e.
std::string printable(std::string_view text);

// Columns that valid UTF-8 takes on a terminal: wide letters two, combining marks none.
std::size_t display_width(std::string_view text);
// Filled with spaces up to `width` columns; longer texts stay as they are.
std::string padded(std::string_view text, std::size_t width);
// At most `width` columns, the end replaced by "..." if need be.
std::string shortened(std::string_view text, std::size_t width);
// The same with the dots before the end, which tells names apart that are counted through.
std::string shortened_within(std::string_view text, std::size_t width);
// Broken into lines of at most `width` columns, between words where it can be. At least one.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

// The same with a line break after each, the first indented by `indent` and the others by `hang`.
std::string hanging(std::string_view text, std::size_t width, std::size_t indent, std::size_t hang);

// 9999, 10,000, 1,234,567.
std::string grouped(std::uint64_t n);
// "1 state", "2 states"; `many` where it is not one + "s".
std::string counted(std::uint64_t n, std::string_view one, std::string_view many = {});
// "T1", "T1 and T2", "T1, T2 and T3"; of more than listed_max the first, "and 12,000 more".
inline constexpr std::size_t listed_max = 16;
std::string listed(std::span<const std::string> names, std::string_view last = "and");
std::string seconds_text(double seconds);     // "3.5 µs", "0.4 ms", "12 ms", "3.2 s", "4 min 05 s"
std::string bytes_text(std::uint64_t bytes);  // "812 B", "3.4 kB", "1.2 GB"

// How a run ended: "finished", "stuck", "stopped", "refused", "limit".
std::string_view end_name(RunResult::End end);

// Where a statement stands: "23:9", and with `at` what it models: "23:9 (app.py:12)";
// "not written in the scenario" for an implicit main.
std::string place_text(const Site& site);

// One argument of a shell's command line, quoted only if it must be.
std::string shell_quoted(std::string_view argument);

}  // namespace lockstep
