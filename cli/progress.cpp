#include "cli/progress.h"

#include <fmt/format.h>

#include "report/words.h"

namespace lockstep {

std::string progress_line(const ExploreProgress& progress) {
  const double rate =
      progress.seconds > 0 ? static_cast<double>(progress.states) / progress.seconds : 0;
  return fmt::format("{}{}: {}, {}/s, {} to do, {}, {}", progress.phase,
                     progress.found ? " (a fault is found)" : "", counted(progress.states, "state"),
                     grouped(static_cast<std::uint64_t>(rate)), grouped(progress.frontier),
                     bytes_text(progress.memory_bytes), seconds_text(progress.seconds));
}

}  // namespace lockstep
