#include "explorer/reordered.h"

#include <algorithm>
#include <utility>

namespace lockstep {

Reordered::Reordered(std::vector<Choice> exact, std::vector<Choice> rest)
    : exact_(std::move(exact)), rest_(std::move(rest)) {}

Pick Reordered::pick(const Moment& moment) {
  if (next_ < exact_.size()) {
    const Choice choice = exact_[next_++];
    if (!offers(moment, choice)) return {Pick::Kind::refused, {}, {}};
    return {Pick::Kind::choice, choice, {}};
  }
  while (next_ < exact_.size() + rest_.size()) {
    const Choice choice = rest_[next_++ - exact_.size()];
    if (offers(moment, choice)) return {Pick::Kind::choice, choice, {}};
  }
  const std::span<const Choice> choices = moment.choices();
  const auto after = std::ranges::find_if(choices, [&](const Choice& choice) {
    return moment.previous && choice.thread > moment.previous->thread;
  });
  const bool wraps = after == choices.end();
  return {Pick::Kind::choice, wraps ? choices.front() : *after, {}};
}

bool ends_well(const Machine& machine, const RunResult& result) {
  if (result.end != RunResult::End::finished) return false;
  for (std::uint32_t i = 0; i < thread_count(machine.program, result.state); ++i) {
    const Value exception = uncaught(machine, result.state, {i});
    if (exception != none_value &&
        !is_subclass(machine.values().exception_kind(exception), ExceptionKind::system_exit)) {
      return false;
    }
  }
  return true;
}

std::string Reordered::left_over(const Machine&, const State&) {
  return next_ < exact_.size() ? "a step that has to fit" : "";
}

}  // namespace lockstep
