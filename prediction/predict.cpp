#include "prediction/predict.h"

#include <algorithm>
#include <utility>

#include "engine/program/future_accesses.h"
#include "explorer/explain.h"
#include "prediction/few_preemptions.h"
#include "prediction/lock_cycles.h"
#include "prediction/recorded_run.h"

namespace lockstep {
namespace {

// What the run itself has come into, unless that is a circle of locks that is known already.
void add_deadlocks_of(const Program& program, const FutureAccesses& future, const RecordedRun& run,
                      std::vector<Finding>& findings) {
  for (const Suspicion& suspicion : run.deadlocks) {
    if (std::ranges::count(findings, suspicion.fingerprint, &Finding::fingerprint) > 0) continue;
    Way way;
    way.found = true;
    way.choices = run.result.choices.all();
    way.preemptions = run.result.preemptions;
    const Machine machine(program);
    if (auto finding = confirm(machine, future, suspicion, way)) {
      finding->explanation = explain(machine, *finding);
      findings.push_back(std::move(*finding));
    }
  }
}

}  // namespace

Prediction predict(const Program& program, Policy& policy, const PredictionLimits& limits) {
  const FutureAccesses future(program);
  const RecordedRun run = record(program, future, policy, limits);
  Prediction prediction;
  prediction.end = run.result.end;
  prediction.reason = run.result.reason;
  prediction.steps = run.result.steps;
  prediction.memory_bytes = run.trace.memory_bytes();
  if (run.result.end == RunResult::End::refused) return prediction;
  prediction.order = lock_order(run);
  JudgedCycles judged = judge_cycles(program, future, run);
  prediction.cycles = std::move(judged.cycles);
  prediction.findings = std::move(judged.findings);
  prediction.left_out = std::move(judged.left_out);
  prediction.not_followed = run.not_followed;
  add_deadlocks_of(program, future, run, prediction.findings);
  look_nearby(program, limits, prediction);
  return prediction;
}

LockOrder lock_order_of(const Program& program, Policy& policy, const PredictionLimits& limits,
                        RunResult& result) {
  const FutureAccesses future(program);
  RecordedRun run = record(program, future, policy, limits);
  LockOrder order = lock_order(run);
  result = std::move(run.result);
  return order;
}

}  // namespace lockstep
