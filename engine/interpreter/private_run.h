// What a thread does between two visible operations: pure bytecode on its private state.
//
// A private run begins with what the last visible operation gave and ends before the next
// one, operands evaluated; or when the outermost function is left; or after
// Limits::private_steps_max bytecodes, so that no run lasts for ever (it then rests at
// Operation::run_on). It depends on nothing but the private state and that outcome, which is
// why it can be memoised.
#pragma once
#include <cstdint>
#include <span>

#include "engine/state/local_table.h"
#include "engine/state/machine.h"
#include "engine/value/result.h"

namespace lockstep {

// Told of what happens inside a private run. Valid during the call only.
class PrivateObserver {
 public:
  virtual ~PrivateObserver() = default;
  virtual void called(FunctionId function, SiteId site) = 0;
  virtual void returned(FunctionId function, Value value, SiteId site) = 0;
  virtual void raised(Value exception, SiteId site) = 0;  // by the program itself
  virtual void marked(SiteId site) = 0;                   // a label or note is come past
};

struct PrivateRun {
  LocalState state;             // where it rests; no frames: the outermost function was left
  Value returned = none_value;  // what the outermost function returned, if it was left so
  std::uint32_t bytecodes = 0;
};

// From the beginning of a function. A wrong number of arguments is the TypeError that Python
// raises, inside the thread.
PrivateRun enter(const Machine& machine, FunctionId function, std::span<const Value> arguments,
                 PrivateObserver* observer = nullptr);

// On from where `state` rests, with what its pending operation gave. `may_switch`: whether
// the GIL model lets the scheduler in between that operation and the next.
PrivateRun resume(const Machine& machine, LocalState state, const Pending& pending,
                  const Outcome& outcome, PrivateObserver* observer = nullptr);

// Whether a thread that has ended with `earlier` counts as ended with `later`, which an exit
// callback raises after it. None: nothing was raised. A SystemExit is no fault and hides none.
bool ends_with_later(const ValueTable& values, Value earlier, Value later);

// What becomes of a container when `update` is done to it. `operands`: subscripts outermost
// first, then arguments. `pushed` is what the call returns, if Update::pushes().
struct Updated {
  Result container;
  Value pushed = none_value;
};
Updated updated(ValueTable& values, Value container, Update update,
                std::span<const Value> operands);

}  // namespace lockstep
