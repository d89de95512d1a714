#include "explorer/local_facts.h"

#include <algorithm>

#include "detector/blocked.h"

namespace lockstep {
void LocalFactsTable::learn(LocalId local) {
  const Program& program = machine_.program;
  if (local.index >= facts_.size()) {
    const std::size_t size = std::max(machine_.locals().size(), facts_.size() * 2);
    facts_.resize(size);
    may_.resize(size * words_per_local_, 0);
  }
  const LocalState state = machine_.locals().get(local);
  LocalFacts& facts = facts_[local.index];
  facts.known = true;
  if (state.frames.empty()) {
    facts.uncaught = state.uncaught;
    return;
  }

  const Pending& pending = machine_.locals().pending(local);
  const OperationRow& operation = row(pending.operation);
  facts.atomic = pending.atomic;
  facts.signals = program.signal_body && future_.may_signal(state);
  facts.exits = program.exits_at_once && future_.may_exit(state);
  facts.by = operation.may_block ? operation.let_go_by : LetGoBy::nothing;
  facts.operation = pending.operation;
  facts.pc = pending.pc;
  const ValueKind kind = machine_.values().kind(pending.receiver);
  facts.pending = &pending;
  const bool on_result = facts.by == LetGoBy::answer;
  if (kind == ValueKind::object || kind == ValueKind::connection || on_result) {
    facts.on_object = true;
    facts.object = on_result ? machine_.values().as_future(pending.receiver).executor
                   : kind == ValueKind::object
                       ? machine_.values().as_object(pending.receiver)
                       : machine_.values().as_connection(pending.receiver).listener;
    const ObjectInfo& object = program.objects[facts.object.index];
    facts.on_lock = row(object.kind).owned;
    facts.on_rlock = only_owner_releases(object.kind);
    facts.on_shared = row(object.kind).shared;
    facts.wait = waits_.of(facts.object, facts.by).value_or(0);
    facts.word = object.offset;
  } else if (const auto joined = thread_of_handle(pending.receiver)) {
    facts.joined = *joined;
  }
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    for (const LetGoBy by : waits_of(program.objects[i].kind)) {
      if (!future_.may_first(state, by, object_value({i}))) continue;
      const std::uint32_t wait = *waits_.of({i}, by);
      may_[local.index * words_per_local_ + wait / 64] |= std::uint64_t{1} << (wait % 64);
    }
  }
}

bool LocalFactsTable::may_make_true(LocalId local, std::uint32_t await_pc) {
  const std::uint64_t key = std::uint64_t{await_pc} << 32 | local.index;
  const auto [found, added] = may_make_true_.try_emplace(key, false);
  if (added) {
    const AwaitedCode code = awaited_code(machine_.program, await_pc);
    found->second =
        future_.may_store_what_is_read(machine_.locals().get(local), code.begin, code.end);
  }
  return found->second;
}

std::size_t LocalFactsTable::memory_bytes() const {
  // An unordered_map's node is its entry, a pointer and, in the table, another.
  return facts_.capacity() * sizeof(LocalFacts) + may_.capacity() * sizeof(std::uint64_t) +
         may_make_true_.size() * 40;
}

}  // namespace lockstep
