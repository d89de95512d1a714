#include "explorer/large_memory.h"

#include <cstdlib>
#include <new>
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace lockstep {
namespace {

constexpr std::size_t large_page = std::size_t{2} << 20;
constexpr std::size_t cache_line = 64;

}  // namespace

void* large_memory(std::size_t bytes) {
  const bool is_large = bytes >= large_page;
  const std::size_t alignment = is_large ? large_page : cache_line;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, bytes) != 0) throw std::bad_alloc();
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (is_large) madvise(memory, bytes / large_page * large_page, MADV_HUGEPAGE);
#endif
  return memory;
}

void LargeMemoryFree::operator()(void* memory) const noexcept {
  if (spill == nullptr || !spill->free(memory)) std::free(memory);
}

}  // namespace lockstep
