#include "explorer/workers.h"

#include <algorithm>
#include <optional>

namespace lockstep {
namespace {

constexpr std::uint32_t states_per_share = 32;

}  // namespace

struct Workers::Member {
  Member(const Machine& machine, const FutureAccesses& future, const StateGraph& graph,
         StubbornSets* of_search, bool sleeps)
      : states(graph.states, TreeTable::Looking{}), examiner(machine, future) {
    if (of_search != nullptr) reduction.emplace(*of_search, examiner.facts());
    if (graph.symmetry != nullptr) symmetry.emplace(*graph.symmetry);
    expander.emplace(machine, graph, states, examiner, reduction ? &*reduction : nullptr,
                     symmetry ? &*symmetry : nullptr, sleeps);
  }

  TreeTable states;
  Examiner examiner;
  std::optional<StubbornSets> reduction;
  std::optional<Symmetry> symmetry;
  std::optional<Expander> expander;

  // What came of its shares of the batch.
  struct Record {
    bool is_done, to_judge, has_choices;
    std::uint32_t successors_begin, successors_end;
    std::uint32_t endings_begin, endings_end;
    std::size_t words;
    std::uint64_t transitions;
  };
  std::vector<Record> records;
  std::vector<Successor> successors;
  std::vector<std::pair<Ending, Choice>> endings;
  std::vector<Word> words;

  std::size_t memory_bytes() const {
    return states.memory_bytes() + examiner.memory_bytes() + expander->memory_bytes() +
           records.capacity() * sizeof(records[0]) + successors.capacity() * sizeof(successors[0]) +
           endings.capacity() * sizeof(endings[0]) + words.capacity() * sizeof(words[0]);
  }
};

Workers::Workers(const Machine& machine, const FutureAccesses& future, const StateGraph& graph,
                 StubbornSets* reduction, bool sleeps, unsigned count)
    : machine_(machine), reduction_(reduction), team_(count) {
  for (unsigned i = 0; i < team_.size(); ++i) {
    members_.push_back(std::make_unique<Member>(machine, future, graph, reduction, sleeps));
  }
}
Workers::~Workers() = default;

bool Workers::expand(std::uint32_t begin, std::uint32_t end, std::span<const std::uint32_t> depths,
                     const SleepSets& sleep_sets, const std::function<bool()>& go_on) {
  begin_ = begin;
  shares_.assign((end - begin + states_per_share - 1) / states_per_share, {});
  next_share_ = 0;
  stops_ = false;
  const auto work = [&](unsigned number) {
    Member& member = *members_[number];
    member.records.clear();
    member.successors.clear();
    member.endings.clear();
    member.words.clear();
    for (std::uint32_t share = next_share_++; share < shares_.size(); share = next_share_++) {
      shares_[share] = {number, static_cast<std::uint32_t>(member.records.size())};
      const std::uint32_t first = begin + share * states_per_share;
      const std::uint32_t last = std::min(end, first + states_per_share);
      for (std::uint32_t id = first; id < last; ++id) {
        if (number == 0 && !go_on()) stops_ = true;
        if (stops_) return;
        expand(member, id, depths.empty() ? 0 : depths[id], sleep_sets.of(id));
      }
    }
  };
  const auto freeze = [&](bool frozen) {
    machine_.freeze(frozen);
    if (reduction_ != nullptr) reduction_->freeze(frozen);
  };
  freeze(true);
  try {
    team_.run(work);
  } catch (...) {
    freeze(false);
    throw;
  }
  freeze(false);
  return !stops_;
}

void Workers::expand(Member& member, std::uint32_t id, std::uint32_t depth, ThreadMask asleep) {
  Expander& expander = *member.expander;
  Member::Record& record = member.records.emplace_back();
  try {
    expander.look_at(id);
    const bool to_judge = expander.shows_something() || expander.choices().empty();
    expander.follow_looking(expander.chosen(depth), {asleep, asleep});
    record = {.is_done = true,
              .to_judge = to_judge,
              .has_choices = !expander.choices().empty(),
              .successors_begin = static_cast<std::uint32_t>(member.successors.size()),
              .successors_end = 0,
              .endings_begin = static_cast<std::uint32_t>(member.endings.size()),
              .endings_end = 0,
              .words = member.words.size(),
              .transitions = expander.transitions()};
  } catch (const TableIsFrozen&) {
    record.is_done = false;
    return;
  }
  for (const Expander::Successor& successor : expander.successors()) {
    const auto found =
        successor.is_known ? member.states.find(successor.asked) : std::optional<std::uint32_t>();
    member.successors.push_back({successor, found ? *found + 1 : 0});
  }
  member.words.insert(member.words.end(), expander.words().begin(), expander.words().end());
  member.endings.insert(member.endings.end(), expander.endings().begin(), expander.endings().end());
  record.successors_end = static_cast<std::uint32_t>(member.successors.size());
  record.endings_end = static_cast<std::uint32_t>(member.endings.size());
}

Workers::Expanded Workers::of(std::uint32_t id) const {
  const std::uint32_t at = id - begin_;
  const Share& share = shares_[at / states_per_share];
  const Member& member = *members_[share.member];
  const Member::Record& record = member.records[share.first + at % states_per_share];
  if (!record.is_done) return {};
  return {.is_done = true,
          .to_judge = record.to_judge,
          .has_choices = record.has_choices,
          .transitions = record.transitions,
          .successors = std::span(member.successors)
                            .subspan(record.successors_begin,
                                     record.successors_end - record.successors_begin),
          .words = member.words.data() + record.words,
          .endings = std::span(member.endings)
                         .subspan(record.endings_begin, record.endings_end - record.endings_begin)};
}

void Workers::put_off(ThreadId thread) {
  for (const auto& member : members_) {
    if (member->reduction) member->reduction->put_off(thread);
  }
}

std::size_t Workers::threads_max() const {
  std::size_t most = 0;
  for (const auto& member : members_) most = std::max(most, member->expander->threads_max());
  return most;
}

std::size_t Workers::memory_bytes() const {
  std::size_t sum = 0;
  for (const auto& member : members_) sum += member->memory_bytes();
  return sum;
}

}  // namespace lockstep
