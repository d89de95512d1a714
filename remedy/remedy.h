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
  std::string path;             // JSON Pointer
  std::string value;            // JSON text; empty for remove
  bool comments_above = false;  // remove: from the text go those, too; they were taken along
};

struct Proposal {
  std::string remedy;                 // row name: "one-rlock"
  std::string title;                  // "one RLock under the names mutexA and mutexB"
  std::vector<PatchOperation> patch;  // each replace and remove preceded by a test
  std::string patched_text;           // the scenario with it: comments and layout kept
  // Proposals of one ladder ask for more and more: "workers of pool". They are tried one after the
  // other up to the first that is verified. Empty: it is on none.
  std::string ladder = {};
  // It only lets the program end where it had nothing left to do, so that the variables must have
  // values that they have in the original, be it in one that is stuck.
  bool only_ends = false;
  // Instead of a patch: why the remedy, which is one for such a finding, cannot rewrite the text.
  std::string why_not = {};
};

// A remedy: what it applies to, and how it rewrites. One file and one row each.
struct RemedyRow {
  std::string_view name;  // "one-rlock", "lock-order", "rlock"
  std::string_view help;
  std::vector<Proposal> (*propose)(const Scenario& scenario, const Program& program,
                                   const Exploration& exploration);  // empty: does not apply
  std::uint32_t kinds;                                               // of findings, a bit for each
  bool (*fits)(const Finding& finding);  // of these kinds: false: it never applies to it
};
std::span<const RemedyRow> remedy_rows();
bool is_for(const RemedyRow& remedy, FindingKind kind);
bool fits(const RemedyRow& remedy, const Finding& finding);
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
  std::string reason;          // refuted, unknown: one sentence; verified: what is to be added
  Exploration exploration;     // of the patched scenario
  RemedyCost cost;             // verified; of the others only `edits` is counted
  bool timed_run_ends = true;  // of the patched scenario, if it is verified
  // Refuted: an interleaving of the patched scenario that shows it, as a JSON array and as short
  // text, if it has one. Empty: it is a matter of all interleavings.
  std::string schedule_json = {}, schedule_text = {};
};

// So many proposals are tried: of one remedy, of one scenario, and of two remedies together where
// none alone is verified. A patched scenario may have this many times the states of the original,
// and all explorations together this many times the seconds of ExploreLimits.
inline constexpr std::size_t proposals_of_a_remedy_max = 8;  // a ladder counts as one
inline constexpr std::size_t rungs_max = 8;                  // of a ladder
inline constexpr std::size_t explorations_max = 64;
inline constexpr std::size_t combinations_max = 16;
inline constexpr std::uint64_t growth_max = 10;
inline constexpr std::uint64_t patched_states_min = 100'000;  // this many it may have in any case

struct FixResult {
  Exploration exploration;                  // of the original
  std::optional<RemedyCost> original_cost;  // of a run of the original that finishes, if known
  std::vector<TriedRemedy> tried;           // verified first, by cost; then refuted, unknown
  struct Inapplicable {
    std::string remedy, reason;
  };
  std::vector<Inapplicable> inapplicable;  // for such findings, but not for this text
  std::uint64_t left_out = 0;              // proposals that were not tried: there are too many
  std::uint64_t combined = 0;              // combinations of two that were tried
};
FixResult fix(const Scenario& scenario, const Program& program, const ExploreOptions& options);

// The document with the patch applied to its text: spans that the patch does not touch are
// kept to the byte. Nothing if an operation does not fit.
std::optional<std::string> apply_patch(const JsonNode& tree, std::string_view text,
                                       std::span<const PatchOperation> patch);
std::string patch_json(std::span<const PatchOperation> patch);  // RFC 6902 document

}  // namespace lockstep
