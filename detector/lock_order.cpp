#include "detector/lock_order.h"

#include <algorithm>
#include <optional>

#include "detector/lock_request.h"
#include "engine/run/threads.h"
#include "engine/state/process_memory.h"

namespace lockstep {

LockOrderWatch::LockOrderWatch(const Machine& machine) : machine_(machine) {
  const Program& program = machine.program;
  places_.assign(program.objects.size(), static_cast<std::uint32_t>(program.objects.size()));
  for (std::uint32_t i = 0; i < program.lock_order.size(); ++i) {
    places_[program.lock_order[i].index] = i;
  }
}

std::vector<std::uint32_t> LockOrderWatch::held(const State& state, ThreadId thread) const {
  const std::vector<ObjectId>& order = machine_.program.lock_order;
  std::optional<State> view;
  const State& seen = seen_by(machine_, state, thread, view);
  std::vector<std::uint32_t> places;
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    if (owner(machine_, seen, order[i]) == thread) places.push_back(i);
  }
  return places;
}

void LockOrderWatch::add_breach(const std::vector<std::uint32_t>& held, ThreadId thread,
                                ObjectId asked, SiteId site,
                                std::vector<OrderBreach>& breaches) const {
  const std::uint32_t place = places_[asked.index];
  if (place == places_.size() || held.empty() || held.back() <= place) return;
  const OrderBreach breach{thread, asked, machine_.program.lock_order[held.back()], site};
  if (std::ranges::find(breaches, breach) == breaches.end()) breaches.push_back(breach);
}

// Watches a step that is taken on trial.
class LockOrderWatch::Probe : public Observer {
 public:
  Probe(const LockOrderWatch& watch, const State& before, ThreadId thread,
        std::vector<OrderBreach>& breaches)
      : watch_(watch), held_(watch.held(before, thread)), breaches_(breaches) {}

  void on_event(const Machine& machine, const State& state, const Event& event) override {
    if (event.kind != Event::Kind::operation && event.kind != Event::Kind::timeout) return;
    const auto request =
        lock_request(machine, event.thread, event.operation, event.receiver, event.arguments);
    if (request && request->if_taken != Readiness::ready && !is_again(*request)) {
      watch_.add_breach(held_, event.thread, request->lock, event.site, breaches_);
    }
    held_ = watch_.held(state, event.thread);
  }

 private:
  bool is_again(const LockRequest& request) const {
    return request.is_reentrant &&
           std::ranges::find(held_, watch_.places_[request.lock.index]) != held_.end();
  }
  const LockOrderWatch& watch_;
  std::vector<std::uint32_t> held_;
  std::vector<OrderBreach>& breaches_;
};

std::vector<OrderBreach> LockOrderWatch::breaches(const State& state) const {
  std::vector<OrderBreach> found;
  if (is_idle()) return found;
  const Program& program = machine_.program;
  std::vector<Choice> choices;
  enabled(machine_, state, choices);
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    const ThreadId thread{i};
    if (has_exited(state) || life(program, state, thread) != Life::alive) continue;
    const Pending& next = pending(machine_, state, thread);
    const bool can_step = std::ranges::find(choices, thread, &Choice::thread) != choices.end();
    const auto request =
        lock_request(machine_, thread, next.operation, next.receiver, next.arguments);
    if (!can_step && request && request->if_taken != Readiness::ready) {
      // Its owner would not have to wait if it might ask again.
      add_breach(held(state, thread), thread, request->lock, next.site, found);
    }
  }
  for (const Choice& choice : choices) {
    State after = state;
    Probe probe(*this, state, choice.thread, found);
    step(machine_, after, choice, &probe);
  }
  std::ranges::sort(found);
  return found;
}

std::string LockOrderWatch::fingerprint(const OrderBreach& breach) const {
  const Program& program = machine_.program;
  return lockstep::fingerprint(
      FindingKind::lock_order,
      {program.objects[breach.asked.index].name + '\n' + program.objects[breach.held.index].name +
       '\n' + program.sites[breach.site.index].text});
}

Finding LockOrderWatch::finding(const State& state, const OrderBreach& breach) const {
  const Program& program = machine_.program;
  const std::string& asked = object_label(program, breach.asked);
  const std::string& held = object_label(program, breach.held);
  Finding finding;
  finding.kind = FindingKind::lock_order;
  finding.fingerprint = fingerprint(breach);
  finding.site = breach.site;
  finding.thread = thread_name(machine_, state, breach.thread);
  finding.subject = asked + " before " + held;
  finding.message = finding.thread + " asks for " + asked + " and holds " + held +
                    ", which comes behind it in the lock_order";
  return finding;
}

}  // namespace lockstep
