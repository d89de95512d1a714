#include "cli/options.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <utility>

#include "cli/progress.h"
#include "cli/signals.h"
#include "language/complaint.h"
#include "report/words.h"

namespace lockstep {

struct Options::Parser {
  CLI::App app;
  std::optional<std::string> colour;
};

namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// No sign, no exponent, no "inf".
std::optional<double> parse_decimal(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) {
    return std::nullopt;
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Of the machine, or of the container that we run in; 0: unknown.
std::uint64_t memory_bytes_here() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  std::uint64_t bytes = 0;
  if (pages > 0 && page_bytes > 0) {
    bytes = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes);
  }
  for (const char* file :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream limit(file);
    if (std::uint64_t most = 0; limit >> most) bytes = std::min(bytes, most);
  }
  // These (ulimit -v, -d) count addresses. The program itself has taken some already, and memory
  // that begins where a large page does takes up to twice as many as it has bytes.
  std::uint64_t pages_taken = 0;
  std::ifstream("/proc/self/statm") >> pages_taken;
  const std::uint64_t taken = pages_taken * static_cast<std::uint64_t>(std::max(page_bytes, 0L));
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit limit{};
    if (::getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
      const std::uint64_t most = limit.rlim_cur;
      bytes = std::min(bytes, (most - std::min(most, taken)) / 2);
    }
  }
  return bytes;
}

constexpr std::size_t help_width = 96;
constexpr std::uint64_t workers_max = 256;

}  // namespace

Options::Options(const Command& command, Console& console)
    : parser_(std::make_unique<Parser>()), command_(command), console_(console) {
  parser_->app.set_help_flag();  // ours answers even if other arguments are wrong
  parser_->app.allow_extras();
}

Options::~Options() = default;

void Options::positional(std::string_view placeholder, std::string& into, std::string_view help) {
  parser_->app.add_option(std::string(placeholder), into);
  positional_rows_.push_back({std::string(placeholder), std::string(help)});
  missing_ = placeholder;
  one_ = &into;
}

void Options::positionals(std::string_view placeholder, std::vector<std::string>& into,
                          std::string_view help, std::size_t needed) {
  parser_->app.add_option(std::string(placeholder), into);
  positional_rows_.push_back({fmt::format("{}...", placeholder), std::string(help)});
  missing_ = placeholder;
  many_ = &into;
  many_needed_ = needed;
}

void Options::flag(std::string_view name, bool& into, std::string_view help) {
  parser_->app.add_flag(std::string(name), into);
  rows_.push_back({std::string(name), std::string(help)});
  names_.emplace_back(name);
}

void Options::text(std::string_view name, std::string_view placeholder,
                   std::optional<std::string>& into, std::string_view help) {
  parser_->app
      .add_option_function<std::string>(std::string(name),
                                        [&into](const std::string& given) { into = given; })
      ->type_name(std::string(placeholder));
  rows_.push_back({fmt::format("{} {}", name, placeholder), std::string(help)});
  names_.emplace_back(name);
}

void Options::texts(std::string_view name, std::string_view placeholder,
                    std::vector<std::string>& into, std::string_view help) {
  parser_->app.add_option(std::string(name), into)
      ->type_name(std::string(placeholder))
      ->allow_extra_args(false);  // one value each time, or it would take the scenario too
  rows_.push_back({fmt::format("{} {}", name, placeholder), std::string(help)});
  names_.emplace_back(name);
}

void Options::word(std::string_view name, std::vector<std::string> words,
                   std::optional<std::string>& into, std::string_view help) {
  const std::string placeholder = fmt::format("{}", fmt::join(words, "|"));
  parser_->app
      .add_option_function<std::string>(
          std::string(name),
          [this, &into, name = std::string(name), words](const std::string& given) {
            into = given;
            if (std::find(words.begin(), words.end(), given) != words.end()) return;
            wrong(fmt::format("{}: expected {}, found \"{}\"{}", name, listed(words, "or"),
                              printable(given), did_you_mean(given, words)));
          })
      ->type_name(placeholder);
  rows_.push_back({fmt::format("{} {}", name, placeholder), std::string(help)});
  names_.emplace_back(name);
}

void Options::number(std::string_view name, std::uint64_t& into, std::string_view help) {
  parser_->app
      .add_option_function<std::string>(
          std::string(name),
          [this, &into, name = std::string(name)](const std::string& given) {
            if (const auto number = parse_number(given)) {
              into = *number;
            } else {
              wrong(fmt::format("{}: expected a whole number from 0 to {}, found \"{}\"", name,
                                std::numeric_limits<std::uint64_t>::max(), printable(given)));
            }
          })
      ->type_name("N");
  rows_.push_back({fmt::format("{} N", name), std::string(help)});
  names_.emplace_back(name);
}

void Options::size(std::string_view name, std::uint64_t& into, std::string_view help) {
  parser_->app
      .add_option_function<std::string>(
          std::string(name),
          [this, &into, name = std::string(name)](const std::string& given) {
            if (const auto bytes = parse_size(given)) {
              into = *bytes;
            } else {
              wrong(fmt::format("{}: expected a size such as 512M or 2G, found \"{}\"", name,
                                printable(given)));
            }
          })
      ->type_name("SIZE");
  rows_.push_back({fmt::format("{} SIZE", name), std::string(help)});
  names_.emplace_back(name);
}

void Options::seconds(std::string_view name, double& into, std::string_view help) {
  parser_->app
      .add_option_function<std::string>(
          std::string(name),
          [this, &into, name = std::string(name)](const std::string& given) {
            if (const auto seconds = parse_decimal(given)) {
              into = *seconds;
            } else {
              wrong(fmt::format("{}: expected a number of seconds, found \"{}\"", name,
                                printable(given)));
            }
          })
      ->type_name("SECONDS");
  rows_.push_back({fmt::format("{} SECONDS", name), std::string(help)});
  names_.emplace_back(name);
}

std::string Options::help_text() const {
  constexpr std::size_t indent = 26;
  const std::string separator = "\n" + std::string(indent, ' ');
  std::string text = fmt::format("example: {}\n\n{}\n\nusage: lockstep {} {}\n\n", command_.example,
                                 fmt::join(wrapped(command_.summary, help_width), "\n"),
                                 command_.name, command_.usage);
  for (const auto* rows : {&positional_rows_, &rows_}) {
    for (const Row& row : *rows) {
      if (row.names.size() + 4 > indent) {
        text += fmt::format("  {}\n{:{}}", row.names, "", indent);
      } else {
        text += fmt::format("  {:<{}}", row.names, indent - 2);
      }
      text += fmt::format("{}\n", fmt::join(wrapped(row.help, help_width - indent), separator));
    }
    if (!rows->empty() && rows == &positional_rows_) text += '\n';
  }
  return text;
}

std::optional<Exit> Options::parse(const std::vector<std::string>& arguments) {
  word("--color", {"auto", "always", "never"}, parser_->colour,
       "colours: auto asks NO_COLOR, CLICOLOR_FORCE, CLICOLOR, then whether it is a terminal");
  rows_.push_back({"-h, --help", "this text"});
  names_.emplace_back("--help");
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (argument != "--help" && argument != "-h") continue;
    console_.out(help_text());
    return Exit::ok;
  }

  try {
    // CLI11 takes them from the back.
    parser_->app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ArgumentMismatch& mismatch) {
    // "--seed: 1 required N missing", "--seed: At most 1 required but received 2"
    const std::string said = mismatch.what();
    const std::string name = said.substr(0, said.find(':'));
    wrong(said.ends_with("missing") ? name + " needs a value" : name + " is given twice");
  } catch (const CLI::ParseError& error) {
    wrong(error.what());
  }

  for (const std::vector<std::string>& names : exclusive_) {
    std::vector<std::string> given;
    for (const std::string& name : names) {
      if (parser_->app.get_option(name)->count() > 0) given.push_back(name);
    }
    if (given.size() > 1) wrong(fmt::format("{} and {} exclude each other", given[0], given[1]));
  }

  const std::vector<std::string> extra = parser_->app.remaining();
  const auto unknown = std::find_if(extra.begin(), extra.end(), [](const std::string& argument) {
    return argument.size() > 1 && argument[0] == '-';
  });
  if (unknown != extra.end()) {
    const std::string name = unknown->substr(0, unknown->find('='));
    wrong(fmt::format("unknown option {}{}", printable(name), did_you_mean(name, names_)));
  } else if (!extra.empty()) {
    wrong(fmt::format("unexpected argument \"{}\"", printable(extra.front())));
  }
  if (wrong_.empty() &&
      ((one_ != nullptr && one_->empty()) || (many_ != nullptr && many_->size() < many_needed_))) {
    wrong(fmt::format("{} is missing", missing_));
  }

  const std::string colour = parser_->colour.value_or("auto");
  console_.wish_colour(colour == "always"  ? ColourWish::always
                       : colour == "never" ? ColourWish::never
                                           : ColourWish::automatic);
  if (wrong_.empty()) return std::nullopt;
  for (const std::string& complaint : wrong_) {
    console_.err(fmt::format("lockstep {}: {}\n", command_.name, complaint));
  }
  console_.err(
      fmt::format("usage: lockstep {} {}; --help says more\n", command_.name, command_.usage));
  return Exit::bad_input;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto amount = parse_decimal(text.substr(0, digits));
  if (!amount) return std::nullopt;
  std::string unit;
  for (const char c : text.substr(digits)) unit += static_cast<char>(c & ~0x20);  // upper case
  constexpr std::string_view units = "KMGT";
  double factor = 1;
  if (!unit.empty() && unit != "B") {
    const std::size_t power = units.find(unit[0]);
    const std::string_view rest = std::string_view(unit).substr(1);
    if (power == std::string_view::npos || (!rest.empty() && rest != "B" && rest != "IB")) {
      return std::nullopt;
    }
    factor = std::pow(1024.0, static_cast<double>(power + 1));
  }
  const double bytes = *amount * factor;
  if (bytes >= static_cast<double>(std::numeric_limits<std::uint64_t>::max())) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

void add_scenario(Options& options, ScenarioOptions& scenario) {
  options.positional("SCENARIO", scenario.path, "a scenario file; - is standard input");
  options.texts("--set", "NAME=VALUE", scenario.settings_given,
                "another value for one of the scenario's params; may be repeated");
}

std::optional<std::map<std::string, std::string>> settings_of(const Command& command,
                                                              const ScenarioOptions& scenario,
                                                              Console& console) {
  std::map<std::string, std::string> settings;
  for (const std::string& given : scenario.settings_given) {
    const std::size_t equals = given.find('=');
    std::string fault;
    if (equals == std::string::npos || equals == 0) {
      fault = fmt::format("--set: expected NAME=VALUE, found \"{}\"", printable(given));
    } else if (!settings.emplace(given.substr(0, equals), given.substr(equals + 1)).second) {
      fault = fmt::format("--set: {} is set twice", printable(given.substr(0, equals)));
    }
    if (fault.empty()) continue;
    console.err(fmt::format("lockstep {}: {}\n", command.name, fault));
    return std::nullopt;
  }
  return settings;
}

void add_limits(Options& options, LimitOptions& limits) {
  limits.memory_bytes = memory_bytes_here() / 4 * 3;  // the rest is for all else
  options.number("--max-states", limits.states, "stop after so many states; default: 0, no limit");
  options.size("--max-memory", limits.memory_bytes,
               "stop when the search keeps so much: 512M, 2G; default: three quarters of the "
               "memory there is, 0 is no limit");
  options.seconds("--max-seconds", limits.seconds, "stop after so much time; default: 0, no limit");
  options.number("--max-steps", limits.steps,
                 "do not follow an interleaving any further; default: 0, no limit");
  options.flag(
      "--first", limits.first,
      "end with the first finding: random interleavings come before the search, then those "
      "with few preemptions");
  options.number("--preemptions", limits.preemptions,
                 "only interleavings with at most so many preemptions; default: all of them, and "
                 "few where a limit of states or memory was reached");
  options.number("--swarm", limits.swarm,
                 "only so many random interleavings, with the seeds from 1 on, by turns under the "
                 "policies random and pct; default: 0, all interleavings");
  options.flag(
      "--hash-compaction", limits.hash_compaction,
      "keep of each state a hash of 64 bits, some seven bytes, instead of fourteen bytes or more: "
      "for a search that memory ends. It is no proof then, and says with what probability a state "
      "was missed. One thread searches");
  options.exclude({"--first", "--preemptions", "--swarm"});
  options.exclude({"--hash-compaction", "--preemptions"});
  options.exclude({"--hash-compaction", "--swarm"});
  // The way with the fewest preemptions may be longer than another, and so may the one on which a
  // depth-first search comes to a state.
  options.exclude({"--max-steps", "--preemptions"});
  options.exclude({"--max-steps", "--hash-compaction"});
  options.number("--workers", limits.workers,
                 "threads that search; default: 0, as many as there are processors. What is found "
                 "is the same for any number");
  options.flag("--allow-incomplete", limits.allow_incomplete,
               "exit 0 instead of 3 when a limit cut the search short and nothing was found");
  options.flag("--no-reduction", limits.no_reduction,
               "follow every interleaving, also those that differ in nothing but the order of "
               "steps that have nothing to do with each other: slow, for tests");
  options.flag("--no-symmetry", limits.no_symmetry,
               "tell states apart that differ in nothing but which of two threads that are alike "
               "is where: slow, for tests");
  options.flag("--no-sleep-sets", limits.no_sleep_sets,
               "follow a step also where another way to the same states is followed on which it "
               "was done before: slow, for tests");
  options.flag("--no-memo", limits.no_memo, "interpret every private run anew: slow, for tests");
  options.flag("--no-liveness", limits.no_liveness,
               "tell states apart by locals that nobody reads any more: for tests");
}

Exit exit_of(const Exploration& exploration, const LimitOptions& limits) {
  if (!exploration.findings.empty()) return Exit::finding;
  return exploration.complete || limits.allow_incomplete ? Exit::ok : Exit::incomplete;
}

ExploreOptions explore_options(const LimitOptions& limits, Console& console) {
  ExploreOptions options;
  options.limits.states_max = limits.states;
  options.limits.memory_bytes_max = limits.memory_bytes;
  options.limits.seconds_max = limits.seconds;
  options.limits.steps_max = limits.steps;
  options.limits.interrupted = is_interrupted;
  if (limits.preemptions != LimitOptions::any) options.preemptions_max = limits.preemptions;
  options.schedules = limits.swarm;
  options.hash_compaction = limits.hash_compaction;
  options.first = limits.first;
  options.workers = static_cast<unsigned>(std::min(limits.workers, workers_max));
  options.fall_back = true;
  options.reduce = !limits.no_reduction;
  options.symmetry = !limits.no_symmetry;
  options.sleep_sets = !limits.no_sleep_sets;
  options.memoise = !limits.no_memo;
  options.forget_dead_locals = !limits.no_liveness;
  if (console.shows_progress()) {
    options.progress = [&console](const ExploreProgress& progress) {
      console.progress(progress_line(progress));
    };
  }
  return options;
}

}  // namespace lockstep
