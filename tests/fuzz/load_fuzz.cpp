// Any bytes: a program that can run, or complaints that can be printed; never a crash.
//
// Every state of the few steps that a program is run is audited. The seed of the run is taken from
// the text, so that one file always does the same.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/assert.h"
#include "engine/run/run.h"
#include "language/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace lockstep;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const Loaded loaded = load("-", text);
  if (!loaded.program) {
    LOCKSTEP_ASSERT(!loaded.complaints.empty(), "what is refused gets a reason");
    LOCKSTEP_ASSERT(!render("-", text, loaded.complaints).empty(), "a complaint can be printed");
    return 0;
  }
  LOCKSTEP_ASSERT(loaded.complaints.empty(), "what is accepted gets no complaint");
  const Machine machine(*loaded.program);
  const std::unique_ptr<Policy> policy =
      policy_named("random")->make(*loaded.program, static_cast<std::uint64_t>(size));
  RunOptions options;
  options.limits.steps_max = 50;
  run(machine, *policy, nullptr, options);
  return 0;
}
