#include "explorer/estimate.h"

#include <algorithm>
#include <cmath>

namespace lockstep {
namespace {

constexpr std::size_t levels_at_least = 12;
constexpr std::size_t levels_of_line = 8;  // at least four; of many levels a third
constexpr int agreeing = 3;
constexpr double difference_max = 1.25;
constexpr double growth_max = 8;  // nobody sees further
constexpr int levels_to_come_max = 100'000;

constexpr std::size_t growing_levels_at_least = 4;

// From the levels up to here alone.
std::optional<double> extrapolated(std::span<const std::uint32_t> widths) {
  const std::size_t steps = widths.size() - 1;
  const std::size_t count = std::min(steps, std::max(levels_of_line, widths.size() / 3));
  const std::size_t first = steps - count;
  const auto ratio = [&](std::size_t i) {
    return std::log(static_cast<double>(widths[i + 1]) / static_cast<double>(widths[i]));
  };
  double mean_x = 0, mean_y = 0, sum_xx = 0, sum_xy = 0;
  for (std::size_t i = first; i < steps; ++i) {
    mean_x += static_cast<double>(i) / static_cast<double>(count);
    mean_y += ratio(i) / static_cast<double>(count);
  }
  for (std::size_t i = first; i < steps; ++i) {
    const double x = static_cast<double>(i) - mean_x;
    sum_xx += x * x;
    sum_xy += x * (ratio(i) - mean_y);
  }
  const double slope = sum_xy / sum_xx;
  if (!(slope < 0)) return std::nullopt;
  double sum = 0;
  for (const std::uint32_t width : widths) sum += width;
  const double seen = sum;
  double width = widths.back();
  double growth = mean_y + slope * (static_cast<double>(steps) - mean_x);
  for (int i = 0; width >= 0.5; ++i, growth += slope) {
    width *= std::exp(growth);
    sum += width;
    if (sum > growth_max * seen || i == levels_to_come_max) return std::nullopt;
  }
  return sum;
}

// Of the last that are whole, with so many levels in all.
std::optional<double> bent_down(std::span<const std::uint32_t> widths, std::uint32_t levels) {
  constexpr double lateness = 1.75;  // 1: the growth falls on a line, as a bell's does
  const std::size_t count = std::max(growing_levels_at_least, widths.size() / 3);
  if (widths.size() < count + 2) return std::nullopt;
  const std::span<const std::uint32_t> latest = widths.last(count + 1);
  double mean = 0, sum = 0;  // of the logarithms, which is that of the level in the middle
  for (const std::uint32_t width : latest) {
    if (width == 0) return std::nullopt;
    mean += std::log(static_cast<double>(width)) / static_cast<double>(latest.size());
  }
  const double growth =
      std::log(static_cast<double>(latest.back()) / static_cast<double>(latest.front())) /
      static_cast<double>(count);
  const double middle = static_cast<double>(widths.size() - 1) - static_cast<double>(count) / 2;
  const double to_come = static_cast<double>(levels) - 1 - middle;
  if (growth <= 0 || to_come <= static_cast<double>(count) / 2) return std::nullopt;
  const double bend = (1 + mean / (growth * to_come)) * (lateness + 1);
  for (const std::uint32_t width : widths) sum += width;
  for (double x = static_cast<double>(count) / 2 + 1; x <= to_come + 0.5; ++x) {
    const double part = std::pow(x / to_come, lateness + 1) / (lateness + 1);
    sum += std::exp(mean + growth * (x - bend * to_come * part));
  }
  return sum;
}

// Those of the first `states` states.
std::span<const std::uint32_t> first_levels(std::span<const std::uint32_t> widths, double states) {
  std::size_t count = 0;
  for (double sum = 0; count < widths.size() && sum + widths[count] <= states; ++count) {
    sum += widths[count];
  }
  return widths.first(count);
}

}  // namespace

std::optional<double> estimated_states(std::span<const std::uint32_t> widths) {
  if (widths.size() <= levels_at_least) return std::nullopt;
  widths = widths.first(widths.size() - 1);  // the last may be cut off
  if (std::ranges::find(widths, 0U) != widths.end()) return std::nullopt;
  std::optional<double> latest;
  double least = 0, most = 0;
  for (int i = 0; i < agreeing; ++i) {
    const auto estimate = extrapolated(widths.first(widths.size() - static_cast<std::size_t>(i)));
    if (!estimate) return std::nullopt;
    if (!latest) latest = least = most = *estimate;
    least = std::min(least, *estimate);
    most = std::max(most, *estimate);
  }
  if (most > difference_max * least) return std::nullopt;
  return latest;
}

std::optional<double> foreseen_states(std::span<const std::uint32_t> widths, std::uint32_t levels) {
  if (widths.empty() || levels > levels_to_come_max) return std::nullopt;
  widths = widths.first(widths.size() - 1);  // the last may be cut off
  double seen = 0;
  for (const std::uint32_t width : widths) seen += width;
  std::optional<double> latest;
  double least = 0, most = 0;
  for (const double part : {1.0, 0.5, 0.25}) {
    const auto estimate = bent_down(first_levels(widths, part * seen), levels);
    if (!estimate || !std::isfinite(*estimate)) return std::nullopt;
    if (!latest) latest = least = most = *estimate;
    least = std::min(least, *estimate);
    most = std::max(most, *estimate);
  }
  constexpr double disagreement_max = 5;
  if (most > disagreement_max * least) return std::nullopt;
  return latest;
}

}  // namespace lockstep
