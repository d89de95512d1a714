// The choices of a run, in two or three bytes for each stretch of one thread: a run may have
// millions of steps, and whether they are wanted is known only at its end.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/step/step.h"

namespace lockstep {

class Choices {
 public:
  void add(Choice choice, std::uint64_t times = 1);

  std::uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::vector<Choice> first(std::uint64_t count) const;  // all, if there are fewer
  std::vector<Choice> all() const { return first(size_); }
  void for_each(const std::function<void(Choice)>& visit) const;  // in order

  friend bool operator==(const Choices&, const Choices&) = default;

 private:
  // `stretch`: told of a choice and how often it comes; false ends it.
  void stretches(const std::function<bool(Choice, std::uint64_t)>& stretch) const;

  std::uint64_t size_ = 0;
  // Stretches but for the last one: thread, kind, value and length, as numbers of seven bits a
  // byte, lowest first; the top bit says that more follow.
  std::vector<std::uint8_t> bytes_;
  Choice last_;
  std::uint64_t last_times_ = 0;
};

}  // namespace lockstep
