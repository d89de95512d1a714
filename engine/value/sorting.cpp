// list.sort() of CPython 3.11 (Objects/listsort.txt) for short lists: the run with which the
// list begins, then binary insertion. Longer lists are cut into pieces that are sorted so and
// merged; the result is the same, since a stable sort by a total order has only one.
//
// std::stable_sort will not do: a comparison may fail, and NaN obeys no strict weak order.
#include "engine/value/sorting.h"

#include <algorithm>
#include <span>

#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

constexpr std::size_t short_max = 63;

class Sorter {
 public:
  explicit Sorter(ValueTable& values) : values_(values) {}

  std::optional<Result> raised() const { return raised_; }

  void sort_short(std::span<Value> items) {
    for (std::size_t sorted = first_run(items); sorted < items.size() && !raised_; ++sorted) {
      const Value pivot = items[sorted];
      std::size_t low = 0;
      std::size_t high = sorted;
      while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (less(pivot, items[middle])) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      const auto begin = items.begin() + static_cast<std::ptrdiff_t>(low);
      const auto end = items.begin() + static_cast<std::ptrdiff_t>(sorted);
      std::move_backward(begin, end, end + 1);
      *begin = pivot;
    }
  }

  // Both halves are sorted.
  void merge(std::span<Value> items, std::size_t half) {
    const std::vector<Value> left(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(half));
    std::size_t from_left = 0;
    std::size_t from_right = half;
    for (Value& place : items) {
      const bool right = from_left == left.size() ||
                         (from_right < items.size() && less(items[from_right], left[from_left]));
      place = right ? items[from_right++] : left[from_left++];
    }
  }

 private:
  bool less(Value left, Value right) {
    if (raised_) return false;
    const Result result = compare(values_, Comparison::less, left, right);
    if (result.raised) raised_ = result;
    return !result.raised && result.value == true_value;
  }

  // Length of the ascending run at the beginning; a strictly descending one is turned round.
  std::size_t first_run(std::span<Value> items) {
    if (items.size() < 2) return items.size();
    const bool descending = less(items[1], items[0]);
    std::size_t run = 2;
    while (run < items.size() && less(items[run], items[run - 1]) == descending && !raised_) ++run;
    if (descending) std::ranges::reverse(items.first(run));
    return run;
  }

  ValueTable& values_;
  std::optional<Result> raised_;
};

}  // namespace

std::optional<Result> sort_items(ValueTable& values, std::vector<Value>& items) {
  Sorter sorter(values);
  const std::span<Value> all(items);
  const std::size_t piece = items.size() <= short_max ? items.size() : 32;
  for (std::size_t at = 0; at < items.size(); at += piece) {
    sorter.sort_short(all.subspan(at, std::min(piece, items.size() - at)));
  }
  for (std::size_t half = piece; half != 0 && half < items.size(); half *= 2) {
    for (std::size_t at = 0; at + half < items.size(); at += 2 * half) {
      sorter.merge(all.subspan(at, std::min(2 * half, items.size() - at)), half);
    }
  }
  return sorter.raised();
}

}  // namespace lockstep
