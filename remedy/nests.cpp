#include "remedy/nests.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "language/statement_text.h"

namespace lockstep {
namespace {

// The locks that a statement is about, those in its blocks left out.
struct Mentioned {
  std::vector<LockName> taken, others;
};

Mentioned mentioned_in(const Statement& statement, const Body& body, const LockNames& names) {
  Mentioned mentioned;
  const auto add = [&](const Operand* operand, std::vector<LockName>& to) {
    if (operand == nullptr) return;
    if (const std::optional<LockName> lock = names.find(*operand, body)) to.push_back(*lock);
  };
  switch (statement.kind) {
    case StatementKind::acquire:
      add(find_operand(statement, "acquire"), mentioned.taken);
      break;
    case StatementKind::release:
      add(find_operand(statement, "release"), mentioned.others);
      break;
    case StatementKind::with:
      for (const Operand& lock : *find_operands(statement, "with")) add(&lock, mentioned.taken);
      break;
    case StatementKind::wait:
      add(find_operand(statement, "wait"), mentioned.taken);
      break;
    case StatementKind::wait_for:
      add(find_operand(statement, "wait_for"), mentioned.taken);
      break;
    default:
      break;
  }
  return mentioned;
}

bool is_plain(const Statement& acquire) {
  return std::all_of(acquire.fields.begin() + 1, acquire.fields.end(), [](const Field& field) {
    return std::holds_alternative<std::monostate>(field);
  });
}

// Cannot wait for ever: `"blocking": false`, or a timeout.
bool is_tried(const Statement& acquire) {
  return find_operand(acquire, "blocking") != nullptr ||
         find_operand(acquire, "timeout") != nullptr;
}

}  // namespace

// One body, with what may be held at each statement.
class NestWalk {
 public:
  NestWalk(Nests& nests, std::size_t index, const Body& body, const LockNames& names)
      : nests_(nests), index_(index), body_(body), names_(names) {}

  void run() { block(*body_.block, std::vector<Taking>(), {}, true); }

 private:
  using Path = std::vector<PathStep>;
  // What may be held, in the order in which it was taken; nothing where no path leads.
  using Held = std::optional<std::vector<Taking>>;

  static bool is_same_place(const Taking& a, const Taking& b) {
    return a.statement == b.statement && a.position == b.position;
  }
  static Held either(Held a, const Held& b) {
    if (!a) return b;
    if (!b) return a;
    for (const Taking& taking : *b) {
      if (std::ranges::none_of(*a, [&](const Taking& t) { return is_same_place(t, taking); })) {
        a->push_back(taking);
      }
    }
    return a;
  }

  Held block(const Block& block, Held held, const Path& above, bool straight) {
    for (std::size_t i = 0; i < block.size() && held; ++i) {
      Path path = above;
      path.push_back({&block, i, straight});
      held = statement(block[i], *std::move(held), path);
    }
    return held;
  }

  // Notes the nests that it makes; does not change what is held.
  void take(const std::vector<Taking>& held, const Taking& taken) {
    for (const Taking& outer : held) {
      if (outer.lock.is_same(taken.lock)) return;
    }
    for (const Taking& outer : held) {
      const auto seen = [&](const Nest& nest) {
        return nest.body == index_ && is_same_place(nest.held, outer) &&
               is_same_place(nest.taken, taken) && nest.taken.lock.lock == taken.lock.lock;
      };
      if (std::ranges::none_of(nests_.nests_, seen))
        nests_.nests_.push_back({index_, outer, taken});
    }
  }

  Held statement(const Statement& statement, std::vector<Taking> held, const Path& path) {
    const auto inner = [&](std::string_view key, Held before, bool straight) {
      const Block* block = find_block(statement, key);
      return block == nullptr ? before : this->block(*block, std::move(before), path, straight);
    };
    switch (statement.kind) {
      case StatementKind::acquire:
        for (const LockName& lock : mentioned_in(statement, body_, names_).taken) {
          const auto how = is_plain(statement) ? Taking::How::plain : Taking::How::tried;
          const Taking taking{lock, &statement, 0, path, how};
          if (!is_tried(statement)) take(held, taking);
          held.push_back(taking);
        }
        return held;
      case StatementKind::release:
        for (const LockName& lock : mentioned_in(statement, body_, names_).others) {
          release(held, lock);
        }
        return held;
      case StatementKind::with: {
        std::vector<Taking> inside = held;
        const std::vector<Operand>& locks = *find_operands(statement, "with");
        for (std::size_t i = 0; i < locks.size(); ++i) {
          const std::optional<LockName> lock = names_.find(locks[i], body_);
          if (!lock) continue;
          const Taking taking{*lock, &statement, i, path, Taking::How::with};
          take(inside, taking);
          inside.push_back(taking);
        }
        Held after = inner("do", std::move(inside), true);
        if (after) {
          std::erase_if(*after, [&](const Taking& t) { return t.statement == &statement; });
        }
        return after;
      }
      case StatementKind::wait:
      case StatementKind::wait_for:
        for (const LockName& lock : mentioned_in(statement, body_, names_).taken) {
          // It lets its own lock go, and takes it again with all others held.
          std::vector<Taking> others = held;
          std::erase_if(others, [&](const Taking& t) { return t.lock.is_same(lock); });
          take(others, {lock, &statement, 0, path, Taking::How::wait});
        }
        return held;
      case StatementKind::call:
        for (const std::size_t lock : nests_.taken_in(get_function(statement, "call"))) {
          take(held, {{lock, "", nullptr, std::nullopt}, &statement, 0, path, Taking::How::call});
        }
        return held;
      case StatementKind::if_:
        return either(inner("then", held, false), inner("else", held, false));
      case StatementKind::while_:
      case StatementKind::for_: {
        left_by_break_.emplace_back();
        const Held once = inner("do", held, false);
        const Held again = inner("do", either(held, once), false);
        const Held broken = std::move(left_by_break_.back());
        left_by_break_.pop_back();
        return either(either(held, again), broken);
      }
      case StatementKind::break_:
        if (!left_by_break_.empty()) left_by_break_.back() = either(left_by_break_.back(), held);
        return std::nullopt;
      case StatementKind::continue_:
      case StatementKind::return_:
      case StatementKind::raise:
        return std::nullopt;
      case StatementKind::try_: {
        const Held tried = inner("try", held, true);
        Held after = inner("else", tried, false);
        const auto handlers = row(StatementKind::try_).fields;
        for (std::size_t i = 0; i < handlers.size(); ++i) {
          const auto* list = std::get_if<std::vector<ExceptHandler>>(&statement.fields[i]);
          if (list == nullptr) continue;
          for (const ExceptHandler& handler : *list) {
            after = either(after, block(handler.body, either(held, tried), path, false));
          }
        }
        if (find_block(statement, "finally") == nullptr) return after;
        // Also executed where no path leads on.
        const Held left = inner("finally", either(either(held, tried), after), false);
        return after ? left : std::nullopt;
      }
      case StatementKind::atomic:
        return inner("atomic", held, false);
      default:
        return held;
    }
  }

  static void release(std::vector<Taking>& held, const LockName& lock) {
    const auto erase_last = [&](auto matches) {
      for (std::size_t i = held.size(); i-- > 0;) {
        if (!matches(held[i])) continue;
        // Of an `if` that takes it in either branch both takings end.
        const LockName name = held[i].lock;
        std::erase_if(held, [&](const Taking& t) { return t.lock.is_same(name); });
        return true;
      }
      return false;
    };
    if (erase_last([&](const Taking& t) { return t.lock.is_same(lock); })) return;
    // By another name of the index: one of them it is.
    erase_last([&](const Taking& t) { return t.lock.lock == lock.lock; });
  }

  Nests& nests_;
  std::size_t index_;
  const Body& body_;
  const LockNames& names_;
  std::vector<Held> left_by_break_;  // innermost loop last
};

Nests::Nests(const std::vector<Body>& bodies, const LockNames& names) {
  for (const Body& body : bodies) {
    if (!body.is_function) continue;
    Summary& summary = summaries_[body.name];
    for_each_statement(*body.block, [&](const Statement& statement) {
      const Mentioned mentioned = mentioned_in(statement, body, names);
      for (const LockName& lock : mentioned.taken) summary.touched.insert(lock.lock);
      for (const LockName& lock : mentioned.others) summary.touched.insert(lock.lock);
      const bool tried = statement.kind == StatementKind::acquire && is_tried(statement);
      for (const LockName& lock : mentioned.taken) {
        if (!tried) summary.taken.insert(lock.lock);
      }
      if (statement.kind == StatementKind::call) {
        summary.calls.insert(get_function(statement, "call"));
      }
    });
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (auto& [name, summary] : summaries_) {
      const std::size_t before = summary.taken.size() + summary.touched.size();
      for (const std::string& callee : summary.calls) {
        const Summary& inner = summaries_[callee];
        summary.taken.insert(inner.taken.begin(), inner.taken.end());
        summary.touched.insert(inner.touched.begin(), inner.touched.end());
      }
      changed = changed || summary.taken.size() + summary.touched.size() != before;
    }
  }
  for (std::size_t i = 0; i < bodies.size(); ++i) NestWalk(*this, i, bodies[i], names).run();
  std::ranges::stable_sort(nests_, {}, [](const Nest& nest) {
    const Place& place = nest.taken.statement->place;
    return std::make_tuple(nest.body, place.line, place.column, nest.taken.position);
  });
}

const std::set<std::size_t>& Nests::taken_in(const std::string& function) const {
  static const std::set<std::size_t> nothing;
  const auto found = summaries_.find(function);
  return found == summaries_.end() ? nothing : found->second.taken;
}

const std::set<std::size_t>& Nests::touched_in(const std::string& function) const {
  static const std::set<std::size_t> nothing;
  const auto found = summaries_.find(function);
  return found == summaries_.end() ? nothing : found->second.touched;
}

bool is_straight(const Nest& nest) {
  const std::vector<PathStep>& outer = nest.held.path;
  const std::vector<PathStep>& inner = nest.taken.path;
  if (inner.size() < outer.size()) return false;
  const std::size_t last = outer.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    if (inner[i].block != outer[i].block || inner[i].index != outer[i].index) return false;
  }
  if (inner[last].block != outer[last].block || inner[last].index < outer[last].index) return false;
  if (inner[last].index == outer[last].index && nest.held.how != Taking::How::with) return false;
  return std::all_of(inner.begin() + static_cast<std::ptrdiff_t>(outer.size()), inner.end(),
                     [](const PathStep& step) { return step.straight; });
}

std::vector<const Statement*> between(const Nest& nest) {
  std::vector<const Statement*> result;
  const std::size_t last = nest.held.path.size() - 1;
  for (std::size_t depth = last; depth < nest.taken.path.size(); ++depth) {
    const PathStep& step = nest.taken.path[depth];
    const std::size_t first = depth == last ? nest.held.path[last].index + 1 : 0;
    for (std::size_t i = first; i < step.index; ++i) result.push_back(&(*step.block)[i]);
  }
  return result;
}

}  // namespace lockstep
