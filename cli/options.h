// The command line of one verb: what it takes, what it was given, and its --help.
//
// CLI11 reads the arguments; what is said about them, in help and in errors, is written here.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/output.h"
#include "explorer/explore.h"

namespace lockstep {

class Options {
 public:
  // --help, -h and --color are there without being declared.
  Options(const Command& command, Console& console);
  ~Options();

  // The arguments without a name: one that must be there, or any number from one up.
  void positional(std::string_view placeholder, std::string& into, std::string_view help);
  void positionals(std::string_view placeholder, std::vector<std::string>& into,
                   std::string_view help, std::size_t needed = 1);

  void flag(std::string_view name, bool& into, std::string_view help);
  void text(std::string_view name, std::string_view placeholder, std::optional<std::string>& into,
            std::string_view help);
  void texts(std::string_view name, std::string_view placeholder, std::vector<std::string>& into,
             std::string_view help);  // may be given more than once
  void word(std::string_view name, std::vector<std::string> words, std::optional<std::string>& into,
            std::string_view help);  // one of these
  void number(std::string_view name, std::uint64_t& into, std::string_view help);
  void size(std::string_view name, std::uint64_t& into, std::string_view help);  // 512M, 2G
  void seconds(std::string_view name, double& into, std::string_view help);

  // At most one of these may be given.
  void exclude(std::vector<std::string> names) { exclusive_.push_back(std::move(names)); }

  // Something to end with at once: the help was asked for, or the arguments are wrong, and that
  // has been said.
  std::optional<Exit> parse(const std::vector<std::string>& arguments);

 private:
  struct Row {
    std::string names;  // "--seed N"
    std::string help;
  };
  std::string help_text() const;
  void wrong(std::string complaint) { wrong_.push_back(std::move(complaint)); }

  struct Parser;  // CLI11's
  std::unique_ptr<Parser> parser_;
  const Command& command_;
  Console& console_;
  std::vector<Row> positional_rows_, rows_;
  std::vector<std::string> names_;  // of options, for "did you mean"
  std::vector<std::string> wrong_;
  std::vector<std::vector<std::string>> exclusive_;
  std::string missing_;  // the positional that must be there
  const std::string* one_ = nullptr;
  const std::vector<std::string>* many_ = nullptr;
  std::size_t many_needed_ = 0;
};

// "512M", "2G", "100000", "1.5GiB": bytes. Units are powers of 1024.
std::optional<std::uint64_t> parse_size(std::string_view text);

// The options that verbs share.

struct ScenarioOptions {
  std::string path;                         // "-": standard input
  std::vector<std::string> settings_given;  // "N=5"
};
void add_scenario(Options& options, ScenarioOptions& scenario);
// The values of --set by name; nothing: one of them is wrong, and that has been said.
std::optional<std::map<std::string, std::string>> settings_of(const Command& command,
                                                              const ScenarioOptions& scenario,
                                                              Console& console);

// --max-... and how they reach the explorer. Memory is limited also when nobody asks: to be
// killed for want of it would lose what was found.
struct LimitOptions {
  std::uint64_t states = 0;
  std::uint64_t memory_bytes = 0;
  double seconds = 0;
  std::uint64_t steps = 0;
  bool allow_incomplete = false;
  static constexpr std::uint64_t any = ~std::uint64_t{0};
  std::uint64_t preemptions = any;
  std::uint64_t swarm = 0;  // 0: none
  bool first = false;
  std::uint64_t workers = 0;  // 0: as many as there are processors
  bool hash_compaction = false;
  bool no_reduction = false;
  bool no_symmetry = false;
  bool no_sleep_sets = false;
  bool no_memo = false;
  bool no_liveness = false;
};
void add_limits(Options& options, LimitOptions& limits);
Exit exit_of(const Exploration& exploration, const LimitOptions& limits);
ExploreOptions explore_options(const LimitOptions& limits, Console& console);

}  // namespace lockstep
