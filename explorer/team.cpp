#include "explorer/team.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace lockstep {

Team::Team(unsigned size) {
  for (unsigned member = 1; member < size; ++member) {
    try {
      threads_.emplace_back([this, member] { serve(member); });
    } catch (const std::system_error&) {
      break;
    }
  }
}

Team::~Team() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  begins_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Team::run(const std::function<void(unsigned)>& work) {
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    busy_ = size() - 1;
    ++round_;
  }
  begins_.notify_all();
  do_it(0);
  std::unique_lock lock(mutex_);
  ends_.wait(lock, [this] { return busy_ == 0; });
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void Team::do_it(unsigned member) {
  try {
    (*work_)(member);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!thrown_) thrown_ = std::current_exception();
  }
}

void Team::serve(unsigned member) {
  std::uint64_t seen = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      begins_.wait(lock, [&] { return is_over_ || round_ != seen; });
      if (is_over_) return;
      seen = round_;
    }
    do_it(member);
    const std::lock_guard lock(mutex_);
    if (--busy_ == 0) ends_.notify_one();
  }
}

unsigned processors() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace lockstep
