#include "remedy/rows.h"

#include <algorithm>
#include <array>

#include "language/constant.h"
#include "language/pointer.h"

namespace lockstep {
namespace {

bool is_circle_of_locks(const Finding& finding) {
  return finding.kind == FindingKind::circular_wait &&
         std::ranges::all_of(finding.threads, [](const StuckThread& stuck) {
           const std::optional<ObjectKind> kind = object_kind_named(stuck.waits_for_type);
           return !stuck.core || (kind && reentrant(*kind));
         });
}
bool is_self_deadlock(const Finding& finding) { return finding.kind == FindingKind::self_deadlock; }

constexpr std::array rows{
    RemedyRow{"one-rlock", "the locks of a circular wait become one RLock with several names",
              propose_one_rlock, is_circle_of_locks},
    RemedyRow{"lock-order", "locks are taken in one order everywhere", propose_lock_order,
              is_circle_of_locks},
    RemedyRow{"rlock", "a Lock that its owner takes again becomes an RLock", propose_rlock,
              is_self_deadlock},
};

// All wait for locks, and for which.
std::optional<std::vector<ObjectId>> locks_of(const Program& program, const Finding& finding) {
  std::vector<ObjectId> locks;
  for (const StuckThread& stuck : finding.threads) {
    if (!stuck.core) continue;
    const std::optional<ObjectId> object = program.object_named(stuck.waits_for);
    if (!object || !row(program.objects[object->index].kind).owned) return std::nullopt;
    locks.push_back(*object);
  }
  std::ranges::sort(locks);
  locks.erase(std::unique(locks.begin(), locks.end()), locks.end());
  return locks;
}

}  // namespace

std::span<const RemedyRow> remedy_rows() { return rows; }

std::optional<ObjectKind> reentrant(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::lock:
    case ObjectKind::rlock:
      return ObjectKind::rlock;
    case ObjectKind::mp_lock:
    case ObjectKind::mp_rlock:
      return ObjectKind::mp_rlock;
    default:
      return std::nullopt;
  }
}

bool some_remedy_fits(const Finding& finding) {
  return std::ranges::any_of(rows, [&](const RemedyRow& row) { return row.fits(finding); });
}

std::vector<std::vector<ObjectId>> lock_cycles(const Program& program,
                                               const Exploration& exploration) {
  std::vector<std::vector<ObjectId>> cycles;
  for (const Finding& finding : exploration.findings) {
    if (finding.kind != FindingKind::circular_wait) continue;
    std::optional<std::vector<ObjectId>> locks = locks_of(program, finding);
    if (locks && !locks->empty()) cycles.push_back(*std::move(locks));
  }
  std::ranges::sort(cycles);
  cycles.erase(std::unique(cycles.begin(), cycles.end()), cycles.end());
  return cycles;
}

const ScenarioObject* declaration_of(const Scenario& scenario, const Program& program,
                                     ObjectId object) {
  const ObjectInfo& info = program.objects[object.index];
  if (info.hidden) return nullptr;
  const std::string name = info.name.substr(0, info.name.find('['));
  const auto found = std::ranges::find(scenario.objects, name, &ScenarioObject::name);
  return found == scenario.objects.end() ? nullptr : &*found;
}

std::string object_pointer(const ScenarioObject& object) { return child("/objects", object.name); }

bool make_rlock(Edit& edit, const ScenarioObject& object) {
  const std::optional<ObjectKind> kind = object.kind ? reentrant(*object.kind) : std::nullopt;
  if (!kind) return false;
  if (kind == object.kind) return true;
  std::string pointer = object_pointer(object);
  const JsonNode* declared = edit.at(pointer);
  if (declared == nullptr) return false;
  if (declared->kind == JsonNode::Kind::object) pointer = child(pointer, "type");
  return edit.replace(pointer, '"' + std::string(row(*kind).type) + '"');
}

std::map<std::string, std::string> settings_of(const Scenario& scenario) {
  std::map<std::string, std::string> settings;
  for (const auto& [name, value] : scenario.parameters) settings[name] = literal(value);
  return settings;
}

std::string in_words(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " and " : ", ";
    out += names[i];
  }
  return out;
}

Proposal proposal_of(std::string remedy, std::string title, const Edit& edit) {
  return {std::move(remedy), std::move(title), edit.patch(), edit.text()};
}

}  // namespace lockstep
