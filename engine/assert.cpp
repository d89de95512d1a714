#include "engine/assert.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace lockstep {
namespace {
// The one mutable global: an assertion fails where no context can be handed down to it.
thread_local CrashContext* innermost = nullptr;
}  // namespace

CrashContext::CrashContext(std::function<std::string()> describe)
    : describe_(std::move(describe)), outer_(innermost) {
  innermost = this;
}

CrashContext::~CrashContext() { innermost = outer_; }

void assertion_failed(const char* condition, const char* meaning, const char* file, int line) {
  std::fprintf(stderr,
               "lockstep: internal fault: %s\n  the condition %s does not hold\n  at %s:%d\n",
               meaning, condition, file, line);
  if (const CrashContext* context = std::exchange(innermost, nullptr)) {
    std::fprintf(stderr, "%s\n", context->describe_().c_str());
  }
  std::fprintf(stderr, "please report this together with the scenario\n");
  std::fflush(nullptr);
  std::_Exit(70);
}

}  // namespace lockstep
