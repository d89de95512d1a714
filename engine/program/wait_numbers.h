// Numbers for sets of bits: one for each object and each way in which those who wait on it are
// let go.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/program/program.h"

namespace lockstep {

class WaitNumbers {
 public:
  explicit WaitNumbers(const Program& program) : program_(program) {
    first_.reserve(program.objects.size());
    for (const ObjectInfo& object : program.objects) {
      first_.push_back(size_);
      size_ += static_cast<std::uint32_t>(waits_of(object.kind).size());
    }
  }

  std::uint32_t size() const { return size_; }

  // Nothing: nobody can wait on the object so.
  std::optional<std::uint32_t> of(ObjectId object, LetGoBy by) const {
    const std::span<const LetGoBy> waits = waits_of(program_.objects[object.index].kind);
    const auto found = std::ranges::find(waits, by);
    if (found == waits.end()) return std::nullopt;
    return first_[object.index] + static_cast<std::uint32_t>(found - waits.begin());
  }

 private:
  const Program& program_;
  std::vector<std::uint32_t> first_;  // index = object
  std::uint32_t size_ = 0;
};

}  // namespace lockstep
