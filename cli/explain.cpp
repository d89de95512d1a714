// lockstep explain: the page of a kind of finding, or of what made one so.
#include <fmt/format.h>

#include <span>

#include "cli/command.h"
#include "cli/options.h"
#include "detector/cause.h"
#include "detector/finding.h"
#include "language/complaint.h"
#include "remedy/remedy.h"
#include "report/advice.h"
#include "report/cause_advice.h"
#include "report/example.h"
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

// What findings and causes have in common. `page`: of one of the two tables.
template <class Row, class Page>
void print_words(Console& console, const Row& row, const Page& page) {
  console.out(fmt::format("{} {}: {}\n\n{}\n\n{}\n", console.paint()(Ink::strong, row.code),
                          row.name, row.title, fmt::join(wrapped(page.meaning, 80), "\n"),
                          fmt::join(wrapped(fmt::format("What to do: {}", page.mend), 80), "\n")));
}

void print_examples(Console& console, std::string_view name) {
  const Example* found = example(name);
  if (found == nullptr) return;
  console.out(fmt::format("\nA scenario that shows it:\n\n{}\nAnd one that does not:\n\n{}",
                          found->bad, found->good));
}

void print_page(Console& console, const CauseRow& row) {
  print_words(console, row, advice(row.kind));
  print_examples(console, row.name);
}

void print_page(Console& console, const FindingRow& row) {
  print_words(console, row, advice(row.kind));
  std::string remedies;
  for (const RemedyRow& remedy : remedy_rows()) {
    if (is_for(remedy, row.kind)) remedies += fmt::format("  {:<15}{}\n", remedy.name, remedy.help);
  }
  if (!remedies.empty()) {
    console.out("\nWhat `lockstep fix` tries, each where it applies:\n" + remedies);
  }
  print_examples(console, row.name);
}

template <class Row>
const Row* find_in(std::span<const Row> rows, std::string_view code_or_name) {
  for (const Row& row : rows) {
    if (equal_but_for_case(row.code, code_or_name) || equal_but_for_case(row.name, code_or_name)) {
      return &row;
    }
  }
  return nullptr;
}

template <class Row>
void list(Console& console, std::span<const Row> rows) {
  for (const Row& row : rows) {
    console.out(fmt::format("{}  {:<21} {}\n", row.code, row.name, row.title));
  }
}

template <class Row>
void note(std::span<const Row> rows, std::vector<std::string>& known) {
  for (const Row& row : rows) {
    known.emplace_back(row.code);
    known.emplace_back(row.name);
  }
}

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  std::vector<std::string> names;
  Options options(command, console);
  options.positionals("CODE", names,
                      "a code such as LS001, a kind such as circular-wait, or a cause such as "
                      "lost-update; without any: the list of all",
                      0);
  if (const auto exit = options.parse(arguments)) return *exit;

  if (names.empty()) {
    list(console, finding_rows());
    list(console, cause_rows());
    return Exit::ok;
  }
  std::vector<std::string> known;
  note(finding_rows(), known);
  note(cause_rows(), known);
  bool first = true;
  for (const std::string& name : names) {
    const FindingRow* const finding = find_in(finding_rows(), name);
    const CauseRow* const cause = find_in(cause_rows(), name);
    if (finding == nullptr && cause == nullptr) {
      console.err(fmt::format("lockstep {}: there is no finding and no cause \"{}\"{}\n",
                              command.name, printable(name), did_you_mean(name, known)));
      return Exit::bad_input;
    }
    if (!first) console.out("\n");
    first = false;
    if (finding != nullptr) {
      print_page(console, *finding);
    } else {
      print_page(console, *cause);
    }
  }
  return Exit::ok;
}

}  // namespace

const Command explain_command{
    "explain", "[CODE...]",
    "Says what a kind of finding, or what made it so, means and what to do about it, with a "
    "scenario that shows it and one that does not.",
    "lockstep explain LS001", act};

}  // namespace lockstep
