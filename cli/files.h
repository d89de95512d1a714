// Which scenarios `check` and `validate` mean by the paths that they are given.
#pragma once
#include <string>
#include <vector>

namespace lockstep {

struct FoundFiles {
  std::vector<std::string> files;   // each once, in the order of their paths
  std::vector<std::string> faults;  // "no-such-folder: No such file or directory"
};
// Below a folder: *.lockstep.json and *.lockstep.jsonc, whatever is hidden left out, links to
// folders not followed. A file by name always, "-" too.
FoundFiles find_scenarios(const std::vector<std::string>& paths);

}  // namespace lockstep
