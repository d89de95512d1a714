// lockstep explain: the page of a kind of finding.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options.h"
#include "detector/finding.h"
#include "language/complaint.h"
#include "remedy/remedy.h"
#include "report/advice.h"
#include "report/words.h"

namespace lockstep {
namespace {

bool equal_but_for_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

void print_page(Console& console, const FindingRow& row) {
  const Advice& page = advice(row.kind);
  console.out(fmt::format("{} {}: {}\n\n{}\n\n{}\n", console.paint()(Ink::strong, row.code),
                          row.name, row.title, fmt::join(wrapped(page.meaning, 80), "\n"),
                          fmt::join(wrapped(fmt::format("What to do: {}", page.mend), 80), "\n")));
  std::string remedies;
  for (const RemedyRow& remedy : remedy_rows()) {
    if (is_for(remedy, row.kind)) remedies += fmt::format("  {:<15}{}\n", remedy.name, remedy.help);
  }
  if (!remedies.empty()) {
    console.out("\nWhat `lockstep fix` tries, each where it applies:\n" + remedies);
  }
}

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  std::vector<std::string> names;
  Options options(command, console);
  options.positionals("CODE", names,
                      "a code such as LS001 or a kind such as circular-wait; "
                      "without any: the list of all",
                      0);
  if (const auto exit = options.parse(arguments)) return *exit;

  if (names.empty()) {
    for (const FindingRow& row : finding_rows()) {
      console.out(fmt::format("{}  {:<20} {}\n", row.code, row.name, row.title));
    }
    return Exit::ok;
  }
  std::vector<std::string> known;
  for (const FindingRow& row : finding_rows()) {
    known.emplace_back(row.code);
    known.emplace_back(row.name);
  }
  bool first = true;
  for (const std::string& name : names) {
    const FindingRow* found = nullptr;
    for (const FindingRow& row : finding_rows()) {
      if (equal_but_for_case(row.code, name) || equal_but_for_case(row.name, name)) found = &row;
    }
    if (found == nullptr) {
      console.err(fmt::format("lockstep {}: there is no finding \"{}\"{}\n", command.name,
                              printable(name), did_you_mean(name, known)));
      return Exit::bad_input;
    }
    if (!first) console.out("\n");
    first = false;
    print_page(console, *found);
  }
  return Exit::ok;
}

}  // namespace

const Command explain_command{"explain", "[CODE...]",
                              "Says what a kind of finding means and what to do about it.",
                              "lockstep explain LS001", act};

}  // namespace lockstep
