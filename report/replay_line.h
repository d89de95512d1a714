// The line to copy that shows a finding again.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "detector/finding.h"
#include "engine/run/directive.h"

namespace lockstep {

// Which scenario a report is about, as it was named on the command line.
struct Subject {
  std::string file;                             // "-": standard input
  std::map<std::string, std::string> settings;  // --set
};

// "scenarios/x.lockstep.json --set N=5": quoted for a shell.
std::string subject_arguments(const Subject& subject);

// "lockstep run FILE --schedule 'T1*3,T2'"; nothing if the schedule is too long for a line, or is
// none that the short form can say.
std::optional<std::string> run_line(const Subject& subject, const Schedule& schedule);

// The same for the schedule of a finding. One that is too long for a line, or that
// the short form cannot say, is saved and replayed: two commands.
std::string replay_line(const Subject& subject, const Schedule& schedule);

// That of the other order which the finding's explanation tells of; empty: there is no such line.
std::string other_order_line(const Subject& subject, const Finding& finding);

}  // namespace lockstep
