// From a finding to a patched scenario that was explored completely.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "explorer/explore.h"
#include "language/load.h"

namespace lockstep {

// One change of the document, an operation of RFC 6902.
struct PatchOperation {
  enum class Kind : std::uint8_t { add, remove, replace, test } kind;
  std::string path;   // JSON Pointer
  std::string value;  // JSON text; empty for remove
};

struct Proposal {
  std::string remedy;                 // row name: "one-rlock"
  std::string title;                  // "one RLock under the names mutexA and mutexB"
  std::vector<PatchOperation> patch;  // each replace and remove preceded by a test
  std::string patched_text;           // the scenario with it: comments and layout kept
};

// A remedy: what it applies to, and how it rewrites. One file and one row each.
struct RemedyRow {
  std::string_view name;  // "one-rlock", "lock-order", "rlock"
  std::string_view help;
  std::vector<Proposal> (*propose)(const Scenario& scenario, const Program& program,
                                   const Exploration& exploration);  // empty: does not apply
  bool (*fits)(const Finding& finding);  // false: it never applies to such a finding
};
std::span<const RemedyRow> remedy_rows();
// Whether one of them might apply; which does, only trying them shows.
bool some_remedy_fits(const Finding& finding);

// Of a program whose timed run does not finish, makespan and lock_hold are 0.
struct RemedyCost {
  double makespan = 0;      // virtual seconds of the timed run
  std::uint64_t edits = 0;  // patch operations that change something
  double lock_hold = 0;     // virtual seconds that locks were held in it, summed
};

struct TriedRemedy {
  enum class Verdict : std::uint8_t { verified, refuted, unknown } verdict;
  Proposal proposal;
  std::string reason;       // refuted, unknown: one sentence
  Exploration exploration;  // of the patched scenario
  RemedyCost cost;          // verified; of the others only `edits` is counted
};

struct FixResult {
  Exploration exploration;                  // of the original
  std::optional<RemedyCost> original_cost;  // of a run of the original that finishes, if known
  std::vector<TriedRemedy> tried;           // verified first, by cost; then refuted, unknown
};
FixResult fix(const Scenario& scenario, const Program& program, const ExploreOptions& options);

// The document with the patch applied to its text: spans that the patch does not touch are
// kept to the byte. Nothing if an operation does not fit.
std::optional<std::string> apply_patch(const JsonNode& tree, std::string_view text,
                                       std::span<const PatchOperation> patch);
std::string patch_json(std::span<const PatchOperation> patch);  // RFC 6902 document

}  // namespace lockstep
