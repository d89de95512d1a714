#include "cli/files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "report/words.h"

namespace lockstep {
namespace {

bool is_scenario_name(const std::string& name) {
  return name.ends_with(".lockstep.json") || name.ends_with(".lockstep.jsonc");
}

void search(const std::filesystem::path& folder, FoundFiles& found) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  if (error) found.faults.push_back(printable(folder.string()) + ": " + error.message());
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const std::filesystem::directory_entry& entry = *entries;
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.')) continue;
    std::error_code ignored;
    if (entry.is_directory(ignored)) {
      if (!entry.is_symlink(ignored)) search(entry.path(), found);
    } else if (is_scenario_name(name)) {
      found.files.push_back(entry.path().string());
    }
  }
}

}  // namespace

FoundFiles find_scenarios(const std::vector<std::string>& paths) {
  FoundFiles found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path != "-" && std::filesystem::is_directory(path, error)) {
      search(path, found);
    } else {
      found.files.push_back(path);  // reading it says whether it is there
    }
  }
  std::sort(found.files.begin(), found.files.end());
  found.files.erase(std::unique(found.files.begin(), found.files.end()), found.files.end());
  return found;
}

}  // namespace lockstep
