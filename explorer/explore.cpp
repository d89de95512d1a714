// A search over all states, then one for the counterexamples that are easiest to read.
#include "explorer/explore.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/assert.h"
#include "engine/program/future_accesses.h"
#include "engine/run/run.h"
#include "engine/step/step.h"
#include "explorer/bounded_search.h"
#include "explorer/budget.h"
#include "explorer/checkpoint.h"
#include "explorer/collect_findings.h"
#include "explorer/collect_starvation.h"
#include "explorer/compact_search.h"
#include "explorer/deciding_accesses.h"
#include "explorer/estimate.h"
#include "explorer/examine.h"
#include "explorer/outcomes.h"
#include "explorer/sampled_levels.h"
#include "explorer/search.h"
#include "explorer/shortest.h"
#include "explorer/simplify.h"
#include "explorer/swarm.h"

namespace lockstep {
namespace {

// Where nothing else is left.
constexpr std::uint64_t schedules_to_fall_back_on = 200;

// Before a search that may take hours.
constexpr std::uint64_t schedules_to_hunt = 20;
constexpr std::uint64_t states_to_hunt = 5000;
constexpr std::uint64_t preemptions_to_hunt = 1;

// Before that most searches are over, and to look ahead would cost more than a few hundredths.
constexpr std::uint64_t states_to_foresee = 10'000;
constexpr double seconds_to_foresee = 0.5;

constexpr const char* reads_clock =
    "the program reads the clock; an exploration knows no durations";

class Exploring {
 public:
  Exploring(const Program& program, const ExploreOptions& options)
      : program_(program),
        options_(options),
        limits_(options.limits),
        machine_(program),
        future_(program),
        examiner_(machine_, future_),
        sets_(machine_, examiner_.facts()),
        symmetry_(machine_),
        budget_(options, [this](ExploreProgress& progress) { expect(progress); }) {
    machine_.memoise = options.memoise;
    machine_.forget_dead_locals = options.forget_dead_locals;
    if (!options.spill_folder.empty()) spill_.emplace(options.spill_folder);
  }

  Exploration explore() {
    Exploration result;
    if (options_.checkpoint && !open_checkpoint(result)) return refused(result);
    if (options_.schedules != 0) {
      swarm(result, options_.schedules);
    } else if (options_.preemptions_max) {
      follow_few_preemptions(result, options_.preemptions_max);
    } else if (!options_.first || !hunt(result)) {
      // What is found at random is known even if time is over before anything else is.
      Exploration at_random;
      if (options_.fall_back && limits_.seconds_max > 0) at_random = random_first();
      search(result);
      if (!result.checkpoint.refused.empty()) return refused(result);
      if (!whole_ && result.findings.empty() && !at_random.findings.empty()) {
        result.findings = std::move(at_random.findings);
        result.outcomes = std::move(at_random.outcomes);
      }
      if (is_cut_) result.guarantee = at_random.guarantee;
      const bool is_too_large = is_cut_ && limits_.steps_max == 0;
      if (is_too_large && result.findings.empty() && options_.fall_back) fall_back(result);
    }
    if (options_.counterexamples && is_undecided(result)) {
      result.deciding = deciding_accesses(machine_);
    }
    result.verdict = verdict(result);
    result.stats.memory_bytes = std::max(memory_bytes_, memory_bytes());
    if (spill_) result.stats.spilled_bytes = spill_->bytes_most();
    result.stats.seconds = budget_.seconds();
    return result;
  }

 private:
  // False: the file that is there is none to go on from.
  bool open_checkpoint(Exploration& result) {
    checkpoints_.emplace(options_);
    going_on_ = checkpoints_->open(result.checkpoint.refused);
    return result.checkpoint.refused.empty();
  }

  static Exploration refused(Exploration result) {
    result.verdict = Verdict::incomplete;
    result.complete = false;
    result.incomplete_reason = "checkpoint: " + result.checkpoint.refused;
    return result;
  }

  // With a machine of its own: what the search finds, and in what order, is then the same whether
  // there is a limit of time or not.
  Exploration random_first() const {
    ExploreOptions options = options_;
    options.checkpoint.reset();
    options.schedules = schedules_to_hunt;
    options.limits.seconds_max = limits_.seconds_max / 10;
    return lockstep::explore(program_, options);
  }

  void search(Exploration& result) {
    // It was without symmetry when it ended if it had begun again.
    const bool begins_again = going_on_ && going_on_->number(1) == 0;
    search(result, options_.symmetry && !begins_again);
    if (result.checkpoint.refused.empty() && record_->loses_outcomes) search(result, false);
  }

  void search(Exploration& result, bool symmetry) {
    // The order that stands for others need not be the one that comes first by steps.
    const bool reduces =
        options_.reduce && limits_.steps_max == 0 && StubbornSets::are_for(program_);
    const std::string why = options_.hash_compaction ? search_compactly(reduces, symmetry)
                                                     : search_losslessly(reduces, symmetry);
    if (!refused_.empty()) result.checkpoint.refused = refused_;
    if (!refused_.empty() || record_->loses_outcomes) return;
    if (checkpoints_) {
      result.checkpoint.failed = checkpoints_->failed();
      result.checkpoint.is_written = is_cut_ && result.checkpoint.failed.empty();
      result.checkpoint.is_over = !is_cut_ && (checkpoints_->has_written() || states_before_ > 0);
      result.checkpoint.states_before = states_before_;
    }
    const bool has_symmetry = record_->graph.symmetry != nullptr;
    reduced_ = search_ == nullptr || reduces || has_symmetry;
    note(result, why);
    result.stats.reduction = reduction(reduces, search_ != nullptr && search_->sleeps());
  }

  std::string reduction(bool reduces, bool sleeps) const {
    std::string text;
    const auto add = [&](bool is_used, const char* name) {
      if (is_used) text += (text.empty() ? "" : ", ") + std::string(name);
    };
    add(reduces, "stubborn sets");
    add(sleeps, "sleep sets");
    add(record_->graph.symmetry != nullptr, "symmetry");
    return text.empty() ? "none" : text;
  }

  // Both say why not everything was seen.

  std::string search_losslessly(bool reduces, bool symmetry) {
    forget();
    auto search = std::make_unique<Search>(
        machine_, future_, examiner_, *outcomes_, limits_, reduces ? &sets_ : nullptr,
        symmetry ? &symmetry_ : nullptr, options_.sleep_sets,
        options_.workers == 0 ? processors() : options_.workers, std::max(1U, options_.share_from),
        spill_ ? &*spill_ : nullptr);
    search_ = search.get();
    record_ = std::move(search);
    kept_bytes_ = [this] { return search_->memory_bytes(); };
    if (going_on_ && !go_on_from_checkpoint()) return {};
    has_symmetry_ = symmetry;
    search_->run([&] {
      if (checkpoints_ && is_checkpoint_due_) save_checkpoint();
      return goes_on("searching") && !search_->loses_outcomes;
    });
    std::string why = reason();
    if (why.empty() && !search_->loses_outcomes) {
      endless_ = search_->endless(
          [&](std::uint64_t bytes) { return lasts("searching", bytes) && has_room(); });
      if (!endless_) why = reason();
      if (endless_ && endless_->needs_names) search_->loses_outcomes = true;
    }
    if (checkpoints_ && !why.empty() && !search_->loses_outcomes) save_checkpoint();
    is_cut_ = !why.empty();
    whole_ = !is_cut_;
    return why;
  }

  // False: it cannot be, and why is in refused_.
  bool go_on_from_checkpoint() {
    CheckpointReader from = *std::exchange(going_on_, std::nullopt);
    read(from, machine_);
    if (from.fits()) search_->read(from);
    if (!from.fits() || !from.finish()) refused_ = "it is damaged: " + from.fault();
    states_before_ = search_->states();
    return refused_.empty();
  }

  void save_checkpoint() {
    is_checkpoint_due_ = false;
    if (search_->states() == 0) return;
    checkpoints_->save([&](CheckpointWriter& to) {
      to.number(has_symmetry_ ? 1 : 0);
      write(to, machine_);
      search_->write(to);
    });
  }

  std::string search_compactly(bool reduces, bool symmetry) {
    auto& compact =
        begin<CompactSearch>(reduces ? &sets_ : nullptr, symmetry ? &symmetry_ : nullptr);
    compact.run([&] { return goes_on("searching") && !compact.loses_outcomes; });
    const std::string why = reason();
    is_cut_ = !why.empty();
    whole_ = false;
    // The ways on which it has come to something are long; their memory is there for shorter ones.
    compact.forget_states();
    if (is_cut_) budget_.renew();
    if (is_cut_) return why;
    return compact.reservation() + (program_.reads_clock ? std::string("; ") + reads_clock : "");
  }

  // Whether there is the finding that is asked for.
  bool is_found() const {
    return options_.first && (!record_->graph.shown.empty() || !record_->graph.endings.empty());
  }
  bool goes_on(const char* phase) { return lasts(phase, 0) && !is_found() && has_room(); }
  bool has_room() const { return !spill_ || spill_->has_room(); }

  // Why the search has ended.
  std::string reason() const {
    if (is_found()) return "only the first finding was asked for";
    if (!record_->cut_short.empty()) return record_->cut_short;
    if (budget_.exceeded().empty() && !has_room()) return "spill: " + spill_->failed();
    return budget_.exceeded();
  }

  // The result of the search that has ended. `why`: it has not seen all; empty: it has.
  void note(Exploration& result, const std::string& why) {
    result.incomplete_reason = why;
    if (why.empty() && program_.reads_clock) result.incomplete_reason = reads_clock;
    result.complete = result.incomplete_reason.empty();
    result.stats = record_->stats;
    result.stats.states = record_->states();  // the shortest ways add some
    result.outcomes = outcomes_->list();
    if (options_.outcome_to_show) show_outcome(result, *options_.outcome_to_show);
    const Seen seen{
        .machine = machine_,
        .future = future_,
        .options = options_,
        .examiner = examiner_,
        .record = *record_,
        .everything = whole_ ? search_ : nullptr,
        .reduced = reduced_,
        .endless = endless_ ? &*endless_ : nullptr,
        .some_end = result.finished_possible(),
        .budget = budget_,
        .lasts = [this](const char* phase, std::uint64_t bytes) { return lasts(phase, bytes); }};
    Collected collected = collect_findings(seen);
    result.findings = std::move(collected.findings);
    if (!collected.in_time && result.complete) {
      result.complete = false;
      result.incomplete_reason = "time was over before every exception had been looked at";
    }
    if (options_.starvation && whole_) note_starvation(result, seen);
  }

  void note_starvation(Exploration& result, const Seen& seen) {
    std::string why;
    if (std::optional<std::vector<Finding>> starvation = collect_starvation(seen)) {
      result.nobody_starves = result.complete && starvation->empty();
      std::ranges::move(*starvation, std::back_inserter(result.findings));
    } else {
      why = "time or memory was over before starvation had been looked for";
    }
    if (why.empty() || !result.complete) return;
    result.complete = false;
    result.incomplete_reason = why;
  }

  void show_outcome(Exploration& result, const ExploredOutcome& wanted) {
    const State* state = outcomes_->state_of(wanted);
    if (state == nullptr) return;
    const std::optional<std::uint32_t> id = record_->graph.states.find(state->words);
    LOCKSTEP_ASSERT(id.has_value(), "without symmetry a terminal state is in the table");
    const auto still_shows = [&](const std::vector<Choice>& choices) {
      State end = initial_state(machine_);
      for (const Choice& choice : choices) step(machine_, end, choice);
      return outcomes_->looks_like(end, wanted);
    };
    const Way way = simplify(machine_, first_way(machine_, record_->graph, *id), still_shows);
    result.outcome_schedule = to_schedule(machine_, way.choices);
  }

  // What the search before has found is forgotten, and its memory is there for another.
  void forget() {
    endless_.reset();
    search_ = nullptr;
    kept_bytes_ = nullptr;
    record_.reset();
    outcomes_.emplace(machine_, examiner_.facts());
    budget_.renew();
  }

  template <class Kind, class... More>
  Kind& begin(More... more) {
    forget();
    auto kind = std::make_unique<Kind>(machine_, examiner_, *outcomes_, limits_, more...);
    Kind& its = *kind;
    record_ = std::move(kind);
    kept_bytes_ = [&its] { return its.memory_bytes(); };
    reduced_ = true;  // there are states beside those of the record
    return its;
  }

  void follow_few_preemptions(Exploration& result, std::optional<std::uint64_t> preemptions_max) {
    auto& bounded = begin<BoundedSearch>();
    bounded.run(preemptions_max, [&] { return goes_on("few preemptions"); });
    // All of them: then there is more to say.
    if (bounded.has_seen_all()) return search(result);
    const std::optional<std::uint64_t> followed = bounded.followed();
    std::string why = reason();
    if (why.empty()) {
      why = "preemptions: the limit of " + std::to_string(*preemptions_max) + " was reached";
    }
    whole_ = false;
    note(result, why);
    if (!followed) return;
    const std::uint64_t most = *followed;
    result.guarantee =
        "all interleavings with" +
        (most == 0 ? std::string("out preemption")
                   : " at most " + std::to_string(most) + " preemption" + (most == 1 ? "" : "s")) +
        " were followed";
  }

  void swarm(Exploration& result, std::uint64_t schedules, double seconds_max = 0) {
    auto& swarm = begin<Swarm>();
    swarm.run(schedules, [&] {
      return goes_on("random interleavings") &&
             (seconds_max == 0 || budget_.seconds() < seconds_max);
    });
    whole_ = false;
    const std::string why = reason();
    note(result, why.empty() ? "random interleavings only" : why);
    result.guarantee = swarm.guarantee();
  }

  // Whether some milliseconds are enough.
  bool hunt(Exploration& result) {
    swarm(result, schedules_to_hunt);
    if (result.findings.empty() && budget_.exceeded().empty()) {
      std::uint64_t& states_max = limits_.states_max;
      states_max = states_max == 0 ? states_to_hunt : std::min(states_max, states_to_hunt);
      follow_few_preemptions(result, preemptions_to_hunt);
      limits_ = options_.limits;
    }
    return !result.findings.empty() || result.complete;
  }

  // What can be said of it for as much again as the search has cost.
  void fall_back(Exploration& result) {
    if (!budget_.renew()) return;
    const Exploration::Stats stats = result.stats;
    const std::string why = result.incomplete_reason;
    follow_few_preemptions(result, std::nullopt);
    if (result.complete) return;
    if (result.findings.empty() && budget_.renew()) {
      const std::string followed = result.guarantee;
      // Not one of them is followed to its end within a few states.
      if (limits_.states_max != 0)
        limits_.states_max = std::max(limits_.states_max, states_to_hunt);
      swarm(result, schedules_to_fall_back_on);
      limits_ = options_.limits;
      const bool both = !followed.empty() && !result.guarantee.empty();
      result.guarantee = followed + (both ? "; " : "") + result.guarantee;
    }
    result.stats = stats;
    result.incomplete_reason = why;
  }

  bool lasts(const char* phase, std::uint64_t extra_bytes) {
    return budget_.lasts(phase, [&](ExploreProgress& progress) {
      progress.states = record_->states();
      progress.transitions = record_->stats.transitions;
      progress.found = !record_->graph.shown.empty();
      progress.frontier = record_->frontier();
      progress.memory_bytes = memory_bytes(extra_bytes);
      memory_bytes_ = std::max(memory_bytes_, progress.memory_bytes);
      is_checkpoint_due_ = checkpoints_ && checkpoints_->is_due();
    });
  }
  // How many states there will be.
  void expect(ExploreProgress& progress) {
    if (search_ == nullptr || whole_) return;
    const std::vector<std::uint32_t> widths = search_->widths();
    if (const auto states = estimated_states(widths)) {
      progress.states_in_all = *states;
      return;
    }
    if (progress.states < states_to_foresee || progress.seconds < seconds_to_foresee) return;
    if (!never_comes_again(program_)) return;
    if (!levels_) levels_ = sampled_levels(program_, future_, options_).value_or(0);
    if (const auto states = foreseen_states(widths, *levels_)) {
      progress.states_in_all = *states;
      progress.in_all_factor = foreseen_factor;
    }
  }
  std::uint64_t memory_bytes(std::uint64_t extra_bytes = 0) const {
    const std::uint64_t all = (kept_bytes_ ? kept_bytes_() : 0) + extra_bytes +
                              machine_.values().memory_bytes() + machine_.locals().memory_bytes() +
                              examiner_.memory_bytes() + outcomes_->memory_bytes();
    return spill_ ? all - std::min(all, spill_->bytes()) : all;
  }

  // Whether it is all right, as far as the scenario says, and ends with different values.
  bool is_undecided(const Exploration& exploration) {
    if (!exploration.complete || !exploration.findings.empty() || program_.has_processes ||
        !program_.invariants.empty() || !program_.final_checks.empty() || !budget_.has_time()) {
      return false;
    }
    return std::ranges::any_of(exploration.outcomes, [&](const ExploredOutcome& outcome) {
      return outcome.variables != exploration.outcomes.front().variables;
    });
  }

  static Verdict verdict(const Exploration& exploration) {
    const auto any = [&](auto fits) { return std::ranges::any_of(exploration.findings, fits); };
    if (any([](const Finding& f) { return is_deadlock(f.kind) && !f.partial; })) {
      return Verdict::deadlock;
    }
    if (any([](const Finding& f) { return is_deadlock(f.kind); })) return Verdict::partial_deadlock;
    if (any([](const Finding& f) { return f.kind == FindingKind::livelock; })) {
      return Verdict::livelock;
    }
    if (any([](const Finding& f) { return f.kind != FindingKind::starvation; })) {
      return Verdict::error;
    }
    if (!exploration.findings.empty()) return Verdict::starvation;
    return exploration.complete ? Verdict::ok : Verdict::incomplete;
  }

  const Program& program_;
  const ExploreOptions& options_;
  ExploreLimits limits_;
  Machine machine_;
  FutureAccesses future_;
  Examiner examiner_;
  StubbornSets sets_;
  Symmetry symmetry_;
  std::optional<SpillFolder> spill_;
  std::optional<Outcomes> outcomes_;
  std::unique_ptr<SearchRecord> record_;     // of the search at hand
  Search* search_ = nullptr;                 // that, if it is one through everything
  std::function<std::size_t()> kept_bytes_;  // by it
  bool whole_ = false;                       // it has seen all states
  bool is_cut_ = false;                      // a limit has ended it
  bool reduced_ = false;                     // but for those that need not be seen
  Budget budget_;
  std::uint64_t memory_bytes_ = 0;       // the most that was in use
  std::optional<std::uint32_t> levels_;  // as sampled_levels() says; 0: it says nothing
  std::optional<Checkpoints> checkpoints_;
  std::optional<CheckpointReader> going_on_;  // from this, until the search is there
  bool has_symmetry_ = false;                 // the search over everything
  bool is_checkpoint_due_ = false;
  std::string refused_;                  // why the checkpoint cannot be gone on from
  std::uint64_t states_before_ = 0;      // in it
  std::optional<EndlessParts> endless_;  // of a search that has seen all
};

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::deadlock:
      return "deadlock";
    case Verdict::partial_deadlock:
      return "partial-deadlock";
    case Verdict::livelock:
      return "livelock";
    case Verdict::error:
      return "error";
    case Verdict::starvation:
      return "starvation";
    case Verdict::incomplete:
      break;
  }
  return "incomplete";
}

bool look_alike(const ExploredOutcome& one, const ExploredOutcome& other) {
  return one.status == other.status && one.variables == other.variables &&
         one.exceptions == other.exceptions && one.stuck == other.stuck;
}

bool Exploration::finished_possible() const {
  return std::ranges::any_of(outcomes, [](const ExploredOutcome& outcome) {
    return outcome.status == ExploredOutcome::Status::finished;
  });
}

Exploration explore(const Program& program, const ExploreOptions& options) {
  ExploreOptions all = options;
  if (options.starvation) all.reduce = all.symmetry = all.sleep_sets = false;
  return Exploring(program, all).explore();
}

}  // namespace lockstep
