#include "cli/signals.h"

#include <atomic>
#include <csignal>

namespace lockstep {
namespace {

// A handler cannot be handed anything, so this is global.
std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "what a handler may touch");

extern "C" void remember(int signal) { received = signal; }

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction before {};
    // Whoever started us with the signal ignored (nohup, a background job) means it.
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
}

bool is_interrupted() { return received != 0; }

std::optional<Exit> interruption() {
  switch (received) {
    case SIGINT:
      return Exit::interrupted;
    case SIGTERM:
      return Exit::terminated;
    default:
      return std::nullopt;
  }
}

}  // namespace lockstep
