#include "cli/progress.h"

#include <fmt/format.h>

#include "report/words.h"

namespace lockstep {

std::string progress_line(const ExploreProgress& progress) {
  const double rate =
      progress.seconds > 0 ? static_cast<double>(progress.states) / progress.seconds : 0;
  // Two digits are more than it is worth already.
  const auto in_all = static_cast<std::uint64_t>(progress.states_in_all);
  std::uint64_t unit = 1;
  while (in_all / unit >= 100) unit *= 10;
  return fmt::format("{}{}: {}{}, {}/s, {} to do, {}, {}", progress.phase,
                     progress.found ? " (a fault is found)" : "", counted(progress.states, "state"),
                     in_all > progress.states ? " of perhaps " + grouped(in_all / unit * unit) : "",
                     grouped(static_cast<std::uint64_t>(rate)), grouped(progress.frontier),
                     bytes_text(progress.memory_bytes), seconds_text(progress.seconds));
}

}  // namespace lockstep
