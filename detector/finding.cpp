#include "detector/finding.h"

#include <algorithm>
#include <array>

namespace lockstep {
namespace {

constexpr std::array rows{
#define FINDING(kind, code, name, title) FindingRow{FindingKind::kind, code, name, title},
#include "detector/finding_kinds.def"
#undef FINDING
};

}  // namespace

const FindingRow& row(FindingKind kind) { return rows[static_cast<std::size_t>(kind)]; }

std::span<const FindingRow> finding_rows() { return rows; }

const FindingRow* find_finding(std::string_view code_or_name) {
  return find_row(finding_rows(), code_or_name);
}

bool is_deadlock(FindingKind kind) {
  switch (kind) {
    case FindingKind::circular_wait:
    case FindingKind::self_deadlock:
    case FindingKind::lost_wakeup:
    case FindingKind::orphaned_lock:
    case FindingKind::semaphore_leak:
    case FindingKind::join_cycle:
    case FindingKind::busy_wait:
    case FindingKind::pool_starvation:
    case FindingKind::future_cycle:
    case FindingKind::never_woken:
    case FindingKind::self_wait:
    case FindingKind::missing_party:
    case FindingKind::queue_never_done:
    case FindingKind::socket_cycle:
      return true;
    case FindingKind::livelock:
    case FindingKind::starvation:
    case FindingKind::uncaught_exception:
    case FindingKind::unowned_release:
    case FindingKind::over_release:
    case FindingKind::broken_barrier:
    case FindingKind::condition_unlocked:
    case FindingKind::task_done_too_often:
    case FindingKind::invariant:
    case FindingKind::final_check:
    case FindingKind::lock_order:
      break;
  }
  return false;
}

bool is_exception(FindingKind kind) {
  switch (kind) {
    case FindingKind::uncaught_exception:
    case FindingKind::unowned_release:
    case FindingKind::over_release:
    case FindingKind::broken_barrier:
    case FindingKind::condition_unlocked:
    case FindingKind::task_done_too_often:
      return true;
    default:
      return false;
  }
}

// FNV-1a, 64 bits: it has to be the same for ever, not fast.
std::string fingerprint(FindingKind kind, std::vector<std::string> parts) {
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto mix = [&hash](std::string_view text) {
    for (const char c : text) {
      hash ^= static_cast<unsigned char>(c);
      hash *= 0x100000001b3ULL;
    }
    hash *= 0x100000001b3ULL;  // a NUL between the parts
  };
  mix(row(kind).name);
  for (const std::string& part : parts) mix(part);

  std::string digits(16, '0');
  for (std::size_t i = 16; i-- > 0; hash >>= 4) digits[i] = "0123456789abcdef"[hash & 15];
  return digits;
}

}  // namespace lockstep
