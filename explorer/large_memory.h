// Memory for tables of gigabytes that are read all over the place.
#pragma once
#include <cstddef>
#include <memory>

namespace lockstep {

struct LargeMemoryFree {
  void operator()(void* memory) const noexcept;
};
template <class T>
using LargeArray = std::unique_ptr<T[], LargeMemoryFree>;

// At least this many bytes, at an address that is a multiple of 64. The system is asked for large
// pages where there is room for one: with those of 4 KiB nearly every read of such a table would
// also have to look up where its page is, which takes as long as the read. Throws std::bad_alloc.
void* large_memory(std::size_t bytes);

// Not initialised.
template <class T>
LargeArray<T> large_array(std::size_t size) {
  static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 64);
  return LargeArray<T>(static_cast<T*>(large_memory(size * sizeof(T))));
}

}  // namespace lockstep
