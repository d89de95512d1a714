// Memory for tables of gigabytes that are read all over the place.
#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "explorer/spill_folder.h"

namespace lockstep {

struct LargeMemoryFree {
  SpillFolder* spill = nullptr;  // from which it may be
  void operator()(void* memory) const noexcept;
};
template <class T>
using LargeArray = std::unique_ptr<T[], LargeMemoryFree>;

// At least this many bytes, at an address that is a multiple of 64. The system is asked for large
// pages where there is room for one: with those of 4 KiB nearly every read of such a table would
// also have to look up where its page is, which takes as long as the read. Throws std::bad_alloc.
void* large_memory(std::size_t bytes);

// Not initialised. Null: it is not worth a file, or there is no room for it.
template <class T>
LargeArray<T> spilled_array(std::size_t size, SpillFolder* spill) {
  const bool is_large = spill != nullptr && size * sizeof(T) >= SpillFolder::bytes_min;
  void* const memory = is_large ? spill->allocate(size * sizeof(T)) : nullptr;
  return LargeArray<T>(static_cast<T*>(memory), LargeMemoryFree{spill});
}

// Not initialised. `spill`: where it lies if it is worth a file and there is room; null: nowhere.
template <class T>
LargeArray<T> large_array(std::size_t size, SpillFolder* spill = nullptr) {
  static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 64);
  LargeArray<T> array = spilled_array<T>(size, spill);
  if (array == nullptr) {
    array = LargeArray<T>(static_cast<T*>(large_memory(size * sizeof(T))), LargeMemoryFree{spill});
  }
  return array;
}
// For a vector that may be so large.
template <class T>
struct SpillAllocator {
  using value_type = T;
  SpillFolder* spill = nullptr;

  SpillAllocator() = default;
  explicit SpillAllocator(SpillFolder* folder) : spill(folder) {}
  template <class U>
  // NOLINTNEXTLINE(google-explicit-constructor): implicit, as the standard asks of allocators.
  explicit(false) SpillAllocator(const SpillAllocator<U>& other) : spill(other.spill) {}

  T* allocate(std::size_t size) {
    void* memory = nullptr;
    if (spill != nullptr && size * sizeof(T) >= SpillFolder::bytes_min) {
      memory = spill->allocate(size * sizeof(T));
    }
    return static_cast<T*>(memory != nullptr ? memory : ::operator new(size * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t) noexcept {
    if (spill != nullptr && spill->free(memory)) return;
    ::operator delete(memory);
  }
  friend bool operator==(const SpillAllocator&, const SpillAllocator&) = default;
};
template <class T>
using LargeVector = std::vector<T, SpillAllocator<T>>;

}  // namespace lockstep
