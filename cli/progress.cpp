#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/words.h"

namespace lockstep {

namespace {

// To one digit, or as many as `digits_end` has zeros.
std::string rounded(double states, double digits_end, double (*round)(double)) {
  double unit = 1;
  while (states / unit >= digits_end) unit *= 10;
  return grouped(static_cast<std::uint64_t>(round(states / unit) * unit));
}

// No more digits than it is worth.
std::string in_all(const ExploreProgress& progress) {
  const double states = progress.states_in_all;
  const auto seen = static_cast<double>(progress.states);
  constexpr double told_max = 1e18;
  if (states > told_max || seen >= states * std::max(progress.in_all_factor, 1.0)) return "";
  if (progress.in_all_factor == 0) return " of perhaps " + rounded(states, 100, std::floor);
  return fmt::format(" of very roughly {} ({} to {})", rounded(states, 10, std::round),
                     rounded(std::max(states / progress.in_all_factor, seen), 10, std::floor),
                     rounded(states * progress.in_all_factor, 10, std::ceil));
}

}  // namespace

std::string progress_line(const ExploreProgress& progress) {
  const double rate =
      progress.seconds > 0 ? static_cast<double>(progress.states) / progress.seconds : 0;
  return fmt::format("{}{}: {}{}, {}/s, {} to do, {}, {}", progress.phase,
                     progress.found ? " (a fault is found)" : "", counted(progress.states, "state"),
                     in_all(progress), grouped(static_cast<std::uint64_t>(rate)),
                     grouped(progress.frontier), bytes_text(progress.memory_bytes),
                     seconds_text(progress.seconds));
}

}  // namespace lockstep
