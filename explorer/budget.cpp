#include "explorer/budget.h"

#include <cstdio>
#include <string>

namespace lockstep {
namespace {

constexpr double seconds_between_reports = 0.1;

// 0.5 -> "0.5", 10 -> "10".
std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", seconds);
  return text;
}

}  // namespace

Budget::Budget(const ExploreOptions& options)
    : options_(options), begin_(std::chrono::steady_clock::now()) {}

double Budget::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

bool Budget::renew() {
  if (is_over_) return false;
  exceeded_.clear();
  return true;
}

bool Budget::ask(const ExploreProgress& progress) {
  const ExploreLimits& limits = options_.limits;
  if (limits.memory_bytes_max != 0 && progress.memory_bytes > limits.memory_bytes_max) {
    exceeded_ =
        "memory: the limit of " + std::to_string(limits.memory_bytes_max) + " bytes was reached";
  } else if (limits.seconds_max > 0 && progress.seconds > limits.seconds_max) {
    is_over_ = true;
    exceeded_ = "time: the limit of " + seconds_text(limits.seconds_max) + " s was reached";
  } else if (limits.interrupted && limits.interrupted()) {
    is_over_ = true;
    exceeded_ = "interrupted";
  }
  if (options_.progress && progress.seconds - reported_ >= seconds_between_reports) {
    reported_ = progress.seconds;
    options_.progress(progress);
  }
  return exceeded_.empty();
}

}  // namespace lockstep
