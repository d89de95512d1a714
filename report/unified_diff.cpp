#include "report/unified_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace lockstep {
namespace {

constexpr std::size_t context_lines = 3;

// With their line breaks; the last may have none.
std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

struct Edit {
  char sign;           // ' ', '-', '+'
  std::size_t before;  // line that it is, or stands in front of; from 0
  std::size_t after;
};

// The furthest reaching paths for d = 0, 1, 2, ... edits; furthest[d][k + d] is how many lines
// of `a` the best path on diagonal k has passed. From the last back to the first they tell the
// edits.
std::vector<Edit> edits(const std::vector<std::string_view>& a,
                        const std::vector<std::string_view>& b) {
  const auto size_a = static_cast<std::ptrdiff_t>(a.size());
  const auto size_b = static_cast<std::ptrdiff_t>(b.size());
  std::vector<std::vector<std::ptrdiff_t>> furthest;
  const auto at = [&](std::ptrdiff_t d, std::ptrdiff_t k) {
    return furthest[static_cast<std::size_t>(d)][static_cast<std::size_t>(k + d)];
  };
  // Where the path on diagonal k begins its d-th edit: a deletion comes from k - 1.
  const auto is_insertion = [&](std::ptrdiff_t d, std::ptrdiff_t k) {
    return k == -d || (k != d && at(d - 1, k - 1) < at(d - 1, k + 1));
  };

  for (std::ptrdiff_t d = 0;; ++d) {
    std::vector<std::ptrdiff_t> row(static_cast<std::size_t>(2 * d + 1), 0);
    bool done = false;
    for (std::ptrdiff_t k = -d; k <= d && !done; k += 2) {
      std::ptrdiff_t x = 0;
      if (d > 0) x = is_insertion(d, k) ? at(d - 1, k + 1) : at(d - 1, k - 1) + 1;
      std::ptrdiff_t y = x - k;
      while (x < size_a && y < size_b && y >= 0 &&
             a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(y)]) {
        ++x;
        ++y;
      }
      row[static_cast<std::size_t>(k + d)] = x;
      done = x >= size_a && y >= size_b;
    }
    furthest.push_back(std::move(row));
    if (done) break;
  }

  std::vector<Edit> script;
  std::ptrdiff_t x = size_a, y = size_b;
  for (auto d = static_cast<std::ptrdiff_t>(furthest.size()) - 1; d >= 0; --d) {
    const std::ptrdiff_t k = x - y;
    const bool insertion = d > 0 && is_insertion(d, k);
    const std::ptrdiff_t from_k = insertion ? k + 1 : k - 1;
    const std::ptrdiff_t from_x = d > 0 ? at(d - 1, from_k) : 0;
    const std::ptrdiff_t start_x = d == 0 ? 0 : insertion ? from_x : from_x + 1;
    while (x > start_x) {
      --x;
      --y;
      script.push_back({' ', static_cast<std::size_t>(x), static_cast<std::size_t>(y)});
    }
    if (d == 0) break;
    x = from_x;
    y = from_x - from_k;
    script.push_back(
        {insertion ? '+' : '-', static_cast<std::size_t>(x), static_cast<std::size_t>(y)});
  }
  std::reverse(script.begin(), script.end());
  return script;
}

// "3,2", "3", and "2,0" for nothing after line 2.
std::string range(std::size_t first, std::size_t count) {
  if (count == 1) return fmt::format("{}", first + 1);
  return fmt::format("{},{}", count == 0 ? first : first + 1, count);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after,
                         std::string_view name_before, std::string_view name_after) {
  if (before == after) return {};
  const std::vector<std::string_view> a = split_lines(before), b = split_lines(after);
  const std::vector<Edit> script = edits(a, b);
  std::string text = fmt::format("--- {}\n+++ {}\n", name_before, name_after);
  for (std::size_t i = 0; i < script.size();) {
    if (script[i].sign == ' ') {
      ++i;
      continue;
    }
    // A hunk: from this change to the last one that is near enough, with context around.
    std::size_t last = i;
    for (std::size_t j = i; j < script.size() && j <= last + 2 * context_lines; ++j) {
      if (script[j].sign != ' ') last = j;
    }
    const std::size_t begin = i - std::min(i, context_lines);
    const std::size_t end = std::min(last + context_lines + 1, script.size());
    std::size_t count_a = 0, count_b = 0;
    std::string body;
    for (std::size_t j = begin; j < end; ++j) {
      const Edit& edit = script[j];
      count_a += edit.sign != '+' ? 1 : 0;
      count_b += edit.sign != '-' ? 1 : 0;
      const std::string_view line = edit.sign == '+' ? b[edit.after] : a[edit.before];
      body += edit.sign;
      body += line;
      if (!line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
    }
    text += fmt::format("@@ -{} +{} @@\n{}", range(script[begin].before, count_a),
                        range(script[begin].after, count_b), body);
    i = end;
  }
  return text;
}

}  // namespace lockstep
