#include "engine/value/heap.h"

#include <utility>

#include "engine/assert.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

class Heap {
 public:
  Heap(ValueTable& values, std::vector<Value>& items) : values_(values), items_(items) {}

  // Towards the root, until the parent is no greater. The item moves by exchanges: an exception
  // in between leaves all items there.
  void rise(std::size_t at) {
    while (at > 0) {
      const std::size_t parent = (at - 1) / 2;
      if (!less(at, parent)) return;
      std::swap(items_[at], items_[parent]);
      at = parent;
    }
  }

  // The root all the way down, past the smaller children, and from there up to its place: fewer
  // comparisons than looking for the place on the way down.
  void sink() {
    std::size_t at = 0;
    while (at < items_.size() / 2) {
      std::size_t child = 2 * at + 1;
      if (child + 1 < items_.size() && !less(child, child + 1)) ++child;
      if (raised) return;
      std::swap(items_[at], items_[child]);
      at = child;
    }
    rise(at);
  }

  std::optional<Value> raised;

 private:
  bool less(std::size_t left, std::size_t right) {
    const Result result = compare(values_, Comparison::less, items_[left], items_[right]);
    if (result.raised) raised = result.value;
    return !result.raised && result.value == true_value;
  }

  ValueTable& values_;
  std::vector<Value>& items_;
};

}  // namespace

std::optional<Value> heap_push(ValueTable& values, std::vector<Value>& items, Value item) {
  items.push_back(item);
  Heap heap(values, items);
  heap.rise(items.size() - 1);
  return heap.raised;
}

Result heap_pop(ValueTable& values, std::vector<Value>& items) {
  LOCKSTEP_ASSERT(!items.empty(), "only from a heap that holds something");
  const Value last = items.back();
  items.pop_back();
  if (items.empty()) return {last};
  const Value smallest = std::exchange(items.front(), last);
  Heap heap(values, items);
  heap.sink();
  return heap.raised ? Result{*heap.raised, true} : Result{smallest};
}

}  // namespace lockstep
