// What operations touch, and which of them get in each other's way.
//
// A resource is a shared variable, an object, or something that all threads have in common. A
// step has a footprint: the resources that it touches, each in a mode. So has a future: whatever
// a thread may still touch. Two operations of different threads commute, in every state in which
// both can be done, unless they touch the same resource in modes that conflict.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/program/program.h"
#include "engine/step/step.h"

namespace lockstep {

enum class Mode : std::uint8_t {
  take,   // a lock that is free; whoever wants one that is not waits for as long as it takes
  give,   // a lock, so that others can take it
  look,   // changes nothing, and depends on what is there
  write,  // anything else
};
inline constexpr std::uint32_t modes = 4;

// Numbers for resources.
class Resources {
 public:
  explicit Resources(const Program& program);

  std::uint32_t of(GlobalId global) const { return global.index; }
  std::uint32_t of(ObjectId object) const { return globals_ + object.index; }
  // What all threads have in common.
  std::uint32_t starts() const { return common_; }       // which threads have been started
  std::uint32_t ends() const { return common_ + 1; }     // which have ended; an end is a `give`
  std::uint32_t created() const { return common_ + 2; }  // the threads there are, and their numbers
  std::uint32_t names() const { return common_ + 3; }    // names, and who is a daemon
  std::uint32_t timers() const { return common_ + 4; }   // which have been cancelled
  std::uint32_t input() const { return common_ + 5; }    // the lines not read yet
  // All variables together that invariants read: their values come in the same sequence whatever
  // is left out, if no two stores to them commute.
  std::uint32_t watched() const { return common_ + 6; }
  std::uint32_t size() const { return common_ + 7; }
  std::size_t words() const { return (std::size_t{size()} * modes + 63) / 64; }

  // Whether only who took it can give it: then two who give cannot get in each other's way.
  bool only_taker_gives(std::uint32_t resource) const { return own_[resource]; }
  bool is_watched(GlobalId global) const { return watched_[global.index]; }

 private:
  std::uint32_t globals_;
  std::uint32_t common_;
  std::vector<bool> own_;      // index = resource
  std::vector<bool> watched_;  // index = global
};

// A set of (resource, mode); `anything`: more than this module knows of.
struct Footprint {
  std::vector<std::uint64_t> bits;
  bool anything = false;

  explicit Footprint(const Resources& resources) : bits(resources.words(), 0) {}
  void clear() {
    bits.assign(bits.size(), 0);
    anything = false;
  }
  void add(const Footprint& other) {
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] |= other.bits[i];
    anything = anything || other.anything;
  }
  void add(std::uint32_t bit) { bits[bit / 64] |= std::uint64_t{1} << (bit % 64); }
  friend bool operator==(const Footprint&, const Footprint&) = default;
};
constexpr std::uint32_t footprint_bit(std::uint32_t resource, Mode mode) {
  return resource * modes + static_cast<std::uint32_t>(mode);
}
bool meet(const Footprint& one, const Footprint& other);

// Calls `add(resource, mode)` for all that a verb of a thread's handle touches, or that an
// operation without receiver does. False: more than is known here.
bool touched_by_thread_verb(const Resources& resources, Verb verb,
                            const std::function<void(std::uint32_t, Mode)>& add);
bool touched_without_receiver(const Resources& resources, Operation operation,
                              const std::function<void(std::uint32_t, Mode)>& add);
// Whether this module knows what the verbs of such an object touch: nothing but the object and
// the lock that it works with.
bool is_self_contained(ObjectKind kind);
bool only_looks(Verb verb);
// Whether a condition looks at nothing but shared variables.
bool is_of_variables(const Program& program, const Condition& condition);

// What a future must not contain so that the step commutes with it. `Performed` in the order of
// the step. A `give` of a lock conflicts with no `take`: while the lock is somebody's nobody else
// can take it, before or after.
void add_conflicts(const Program& program, const Resources& resources, const Performed& performed,
                   Footprint& conflicts);
// What the step itself touches. Two steps of different threads that can both be taken commute, if
// the conflicts of one do not meet() what the other touches.
void add_touched(const Program& program, const Resources& resources, const Performed& performed,
                 Footprint& touched);

// Both of a step.
struct StepFootprint {
  Footprint conflicts, touched;

  explicit StepFootprint(const Resources& resources) : conflicts(resources), touched(resources) {}
  void clear() {
    conflicts.clear();
    touched.clear();
  }
  void add(const StepFootprint& other) {
    conflicts.add(other.conflicts);
    touched.add(other.touched);
  }
  void add(const Program& program, const Resources& resources,
           const std::vector<Performed>& performed) {
    for (const Performed& one : performed) {
      add_conflicts(program, resources, one, conflicts);
      add_touched(program, resources, one, touched);
    }
  }
  friend bool operator==(const StepFootprint&, const StepFootprint&) = default;
};

}  // namespace lockstep
