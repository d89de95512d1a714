// Exactly the choices that were given, then stop.
#include <utility>

#include "engine/run/run.h"
#include "engine/run/threads.h"

namespace lockstep {
namespace {

class Exact : public Policy {
 public:
  explicit Exact(std::vector<Choice> choices) : choices_(std::move(choices)) {}

  Pick pick(const Moment& moment) override {
    if (taken_ == choices_.size()) return {Pick::Kind::stop, {}, {}};
    const Choice choice = choices_[taken_];
    if (!offers(moment, choice)) {
      return {Pick::Kind::refused, {}, misfit(moment.machine, moment.state, choice)};
    }
    ++taken_;
    return {Pick::Kind::choice, choice, {}};
  }

  std::string left_over(const Machine& machine, const State& state) override {
    return taken_ == choices_.size() ? "" : misfit(machine, state, choices_[taken_]);
  }

 private:
  std::string misfit(const Machine& machine, const State& state, Choice choice) const {
    const std::string step = "step " + std::to_string(taken_ + 1) + ": ";
    if (choice.thread.index >= thread_count(machine.program, state)) {
      return step + "there is no thread " + std::to_string(choice.thread.index) + " here";
    }
    if (is_enabled(machine, state, choice)) return {};
    return step + thread_name(machine, state, choice.thread) + ' ' +
           why_not(machine, state, choice.thread, choice.kind) + "; " +
           runnable_here(machine, state);
  }

  std::vector<Choice> choices_;
  std::size_t taken_ = 0;
};

}  // namespace

std::unique_ptr<Policy> exact_policy(std::vector<Choice> choices) {
  return std::make_unique<Exact>(std::move(choices));
}

}  // namespace lockstep
