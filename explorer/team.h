// Threads of our own that do one thing together again and again.
//
// Tested by tests/explorer/team_test.cpp.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lockstep {

class Team {
 public:
  // `size`: how many work, the caller of run() among them; at least 1. They are fewer if the system
  // has no room for so many threads.
  explicit Team(unsigned size);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  unsigned size() const { return static_cast<unsigned>(threads_.size()) + 1; }
  // Calls work(0) here and work(1) ... work(size() - 1) on the others; returns when all have. Of
  // exceptions that it throws the first is thrown here, then.
  void run(const std::function<void(unsigned)>& work);

 private:
  void serve(unsigned member);
  void do_it(unsigned member);

  std::mutex mutex_;
  std::condition_variable begins_, ends_;
  const std::function<void(unsigned)>* work_ = nullptr;
  std::uint64_t round_ = 0;
  unsigned busy_ = 0;
  bool is_over_ = false;
  std::exception_ptr thrown_;
  std::vector<std::thread> threads_;
};

// How many threads this process can have run at once; at least 1.
unsigned processors();

}  // namespace lockstep
