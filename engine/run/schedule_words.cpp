// Choices as a schedule that a person can read: who takes how many steps, by name.
#include <map>
#include <set>
#include <utility>

#include "engine/run/run.h"
#include "engine/run/threads.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

// What a schedule can say. Ranges and exceptions have no literal: their repr is written, which
// no item equals, so that a replay is refused and never wrong.
Constant constant_of(const Machine& machine, const State& state, Value value) {
  const ValueTable& values = machine.values();
  Constant constant;
  constant.kind = values.kind(value);
  switch (constant.kind) {
    case ValueKind::integer:
      constant.integer = values.as_integer(value);
      if (is_small_integer(value)) constant.inline_value = value;
      break;
    case ValueKind::real:
      constant.real = values.as_real(value);
      break;
    case ValueKind::string:
    case ValueKind::bytes:
      constant.text = values.as_text(value);
      break;
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict:
      for (const Value item : values.items(value)) {
        constant.items.push_back(constant_of(machine, state, item));
      }
      break;
    case ValueKind::none:
    case ValueKind::boolean:
    case ValueKind::object:
    case ValueKind::thread:
    case ValueKind::process:
    case ValueKind::connection:
    case ValueKind::function:
    case ValueKind::exception_class:
    case ValueKind::unset:
      constant.inline_value = value;
      break;
    case ValueKind::range:
    case ValueKind::exception:
    case ValueKind::future:
      constant.kind = ValueKind::string;
      constant.text = repr(values, value, StateNames(machine, state));
      break;
  }
  return constant;
}

// The names that each thread had, and how it is called in the schedule.
class ScheduleNames {
 public:
  void note(const Machine& machine, const State& state) {
    const std::size_t threads = thread_count(machine.program, state);
    values_.resize(threads, unset_value);
    for (ThreadId t{0}; t.index < threads; ++t.index) {
      const Value name = thread_name_value(machine.program, state, t);
      if (std::exchange(values_[t.index], name) == name) continue;
      const std::string text = thread_name(machine, state, t);
      names_[t].insert(text);
      threads_[text].insert(t);
    }
  }
  std::string written(ThreadId thread, const std::string& name_now) const {
    const bool plain = names_.at(thread).size() == 1 && threads_.at(name_now).size() == 1 &&
                       !looks_indexed(name_now);
    return plain ? name_now : name_now + '#' + std::to_string(thread.index);
  }

 private:
  std::vector<Value> values_;  // the names now, by thread
  std::map<ThreadId, std::set<std::string>> names_;
  std::map<std::string, std::set<ThreadId>> threads_;
};

std::string written_form(const Machine& machine, const State& state, const Directive& directive) {
  switch (directive.kind) {
    case Directive::Kind::timeout:
      return directive.thread + '!';
    case Directive::Kind::choose:
      return directive.thread + '=' +
             repr(machine.values(), machine.intern(directive.value), StateNames(machine, state));
    default:
      return directive.steps == 1 ? directive.thread
                                  : directive.thread + '*' + std::to_string(directive.steps);
  }
}

}  // namespace

Schedule to_schedule(const Machine& machine, std::span<const Choice> choices) {
  State state = initial_state(machine);
  ScheduleNames names;
  names.note(machine, state);
  struct Named {
    Directive directive;
    ThreadId thread;
  };
  std::vector<Named> directives;  // `thread` still by its name alone
  for (const Choice& choice : choices) {
    if (choice.kind == Choice::Kind::step && !directives.empty() &&
        directives.back().thread == choice.thread &&
        directives.back().directive.kind == Directive::Kind::steps) {
      ++directives.back().directive.steps;
    } else {
      Directive directive;
      directive.thread = thread_name(machine, state, choice.thread);
      if (choice.kind == Choice::Kind::timeout) directive.kind = Directive::Kind::timeout;
      if (choice.kind == Choice::Kind::choose) {
        directive.kind = Directive::Kind::choose;
        const Value from = pending(machine, state, choice.thread).arguments[0];
        if (const auto item = item_at(machine.values(), from, choice.value)) {
          directive.value = constant_of(machine, state, *item);
        }
      }
      directives.push_back({std::move(directive), choice.thread});
    }
    step(machine, state, choice);
    names.note(machine, state);
  }
  Schedule schedule;
  for (Named& named : directives) {
    named.directive.thread = names.written(named.thread, named.directive.thread);
    named.directive.written = written_form(machine, state, named.directive);
    schedule.push_back(std::move(named.directive));
  }
  return schedule;
}

}  // namespace lockstep
