#include "explorer/budget.h"

#include <algorithm>
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

Budget::Budget(const ExploreOptions& options, std::function<void(ExploreProgress&)> expect)
    : options_(options), expect_(std::move(expect)), begin_(std::chrono::steady_clock::now()) {}

double Budget::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

bool Budget::has_time() {
  const ExploreLimits& limits = options_.limits;
  is_over_ = is_over_ || (limits.seconds_max > 0 && seconds() > limits.seconds_max) ||
             (limits.interrupted && limits.interrupted());
  return !is_over_;
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
  constexpr int states_between_asking_max = 32;
  constexpr double seconds_between_asking = 0.02;
  const bool is_slow = progress.seconds - asked_ > seconds_between_asking;
  between_asking_ = is_slow ? 1 : std::min(2 * between_asking_, states_between_asking_max);
  until_asked_ = between_asking_;
  asked_ = progress.seconds;
  if (options_.progress && progress.seconds - reported_ >= seconds_between_reports) {
    reported_ = progress.seconds;
    ExploreProgress reported = progress;
    expect_(reported);
    options_.progress(reported);
  }
  return exceeded_.empty();
}

}  // namespace lockstep
