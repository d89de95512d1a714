// Named small integers.
//
// An id is an index into one table that a Program or a State owns. Each table has
// its own id type, so that the compiler tells a thread from an object.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace lockstep {

// One 32-bit word of a State.
using Word = std::uint32_t;

template <class Tag>
struct Id {
  std::uint32_t index = 0;
  friend auto operator<=>(const Id&, const Id&) = default;
};

using ThreadId = Id<struct ThreadTag>;      // order of creation; 0 is MainThread
using ObjectId = Id<struct ObjectTag>;      // Program::objects
using FunctionId = Id<struct FunctionTag>;  // Program::functions
using GlobalId = Id<struct GlobalTag>;      // Program::globals, the shared variables
using SiteId = Id<struct SiteTag>;          // Program::sites
using ProcessId = Id<struct ProcessTag>;    // order of creation; 0 is MainProcess
using LocalId = Id<struct LocalTag>;        // LocalTable, a thread's whole private state

inline constexpr ThreadId main_thread_id{0};
inline constexpr ProcessId main_process_id{0};

}  // namespace lockstep

template <class Tag>
struct std::hash<lockstep::Id<Tag>> {
  std::size_t operator()(lockstep::Id<Tag> id) const noexcept { return id.index; }
};
