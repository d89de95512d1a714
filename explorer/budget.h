// The time and the memory that an exploration may use, and how far it is.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "explorer/explore.h"

namespace lockstep {

class Budget {
 public:
  // `expect`: sets ExploreProgress::states_in_all, asked when there is progress to report.
  Budget(const ExploreOptions& options, std::function<void(ExploreProgress&)> expect);

  // To be asked at every state; looks at clocks and totals now and then only, the more often the
  // longer states take. `fill` sets memory_bytes and whatever else progress is reported of. Once it
  // has said no, it will until renew().
  template <class Fill>
  bool lasts(const char* phase, Fill fill) {
    if (!exceeded_.empty()) return false;
    if (--until_asked_ > 0) return true;
    ExploreProgress progress{0, 0, 0, 0, seconds(), phase, false, 0, 0};
    fill(progress);
    return ask(progress);
  }
  // What was used up: "memory: the limit of 1000 bytes was reached". Empty: nothing.
  const std::string& exceeded() const { return exceeded_; }
  double seconds() const;
  // Whether there is time left, whatever else was used up. For what is done after a search.
  bool has_time();
  // The same memory for another search. False: time is over.
  bool renew();

 private:
  bool ask(const ExploreProgress& progress);

  const ExploreOptions& options_;
  std::function<void(ExploreProgress&)> expect_;
  std::chrono::steady_clock::time_point begin_;
  double reported_ = 0;
  int until_asked_ = 1, between_asking_ = 1;  // states
  double asked_ = 0;
  std::string exceeded_;
  bool is_over_ = false;  // time, or it was interrupted
};

}  // namespace lockstep
