#include "cli/input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <set>
#include <utility>

#include "cli/signals.h"
#include "detector/finding.h"
#include "language/json_tree.h"
#include "language/reader.h"
#include "language/schedule.h"
#include "remedy/remedy.h"
#include "report/words.h"

namespace lockstep {
namespace {

std::string error_text(int error) {
  return std::strerror(error);  // NOLINT(concurrency-mt-unsafe)
}

const JsonNode* find_below(const JsonNode& document, std::initializer_list<const char*> keys) {
  const JsonNode* node = &document;
  for (const char* key : keys) {
    if (node != nullptr) node = node->find(key);
  }
  return node;
}

// The language reads a scenario without knowing any remedy or kind of finding, so their names are
// looked up here.
void check_remedy(const JsonNode& document, std::string_view text,
                  std::vector<Complaint>& complaints) {
  const JsonNode* node = find_below(document, {"expect", "fix", "remedy"});
  if (node == nullptr || node->kind != JsonNode::Kind::string || node->text.empty()) return;
  std::vector<std::string> names;
  for (const RemedyRow& row : remedy_rows()) names.emplace_back(row.name);
  if (std::find(names.begin(), names.end(), node->text) != names.end()) return;
  Reader reader(text);
  reader.complain({*node, "/expect/fix/remedy"},
                  fmt::format("there is no remedy {}, only {}{}", json_string(node->text),
                              listed(names), did_you_mean(node->text, names)));
  for (Complaint& complaint : reader.take()) complaints.push_back(std::move(complaint));
}

void check_findings(const JsonNode& document, std::string_view text,
                    std::vector<Complaint>& complaints) {
  const JsonNode* node = find_below(document, {"expect", "explore", "findings"});
  if (node == nullptr || node->kind != JsonNode::Kind::object) return;
  std::vector<std::string> names;
  for (const FindingRow& row : finding_rows()) {
    names.emplace_back(row.code);
    names.emplace_back(row.name);
  }
  Reader reader(text);
  const At at{*node, "/expect/explore/findings"};
  std::set<FindingKind> named;
  for (const JsonNode::Member& member : node->members) {
    if (reader.is_full()) break;
    const FindingRow* row = find_finding(member.key);
    if (row == nullptr) {
      reader.complain_key(at, member,
                          fmt::format("there is no finding {}{}; lockstep explain lists them",
                                      json_string(member.key), did_you_mean(member.key, names)));
    } else if (!named.insert(row->kind).second) {
      reader.complain_key(at, member,
                          fmt::format("there is {} or {} already", row->code, row->name));
    }
  }
  for (Complaint& complaint : reader.take()) complaints.push_back(std::move(complaint));
}

void check_causes(const JsonNode& document, std::string_view text,
                  std::vector<Complaint>& complaints) {
  const JsonNode* node = find_below(document, {"expect", "explore", "causes"});
  if (node == nullptr || node->kind != JsonNode::Kind::array) return;
  std::vector<std::string> names;
  for (const CauseRow& row : cause_rows()) {
    names.emplace_back(row.code);
    names.emplace_back(row.name);
  }
  Reader reader(text);
  const At at{*node, "/expect/explore/causes"};
  for (std::size_t i = 0; i < node->items.size() && !reader.is_full(); ++i) {
    const JsonNode& item = node->items[i];
    if (item.kind != JsonNode::Kind::string || find_cause(item.text) != nullptr) continue;
    reader.complain(at.item(i),
                    fmt::format("there is no cause {}{}; lockstep explain lists them",
                                json_string(item.text), did_you_mean(item.text, names)));
  }
  for (Complaint& complaint : reader.take()) complaints.push_back(std::move(complaint));
}

void check_names(const JsonNode& document, std::string_view text,
                 std::vector<Complaint>& complaints) {
  check_findings(document, text, complaints);
  check_causes(document, text, complaints);
  check_remedy(document, text, complaints);
}

}  // namespace

std::string shown_path(const std::string& path) {
  return path == "-" ? "standard input" : printable(path);
}

std::optional<std::string> read_file(const std::string& path, std::string& why) {
  const bool is_input = path == "-";
  const int descriptor = is_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    why = error_text(errno);
    return std::nullopt;
  }
  std::string text;
  std::array<char, 1 << 16> piece{};
  for (;;) {
    const ssize_t count = ::read(descriptor, piece.data(), piece.size());
    if (count < 0 && errno == EINTR && !is_interrupted()) continue;
    if (count < 0) why = error_text(errno);
    if (count <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() <= json_bytes_max) continue;
    why = fmt::format("it is larger than {} MiB", json_bytes_max >> 20);
    break;
  }
  if (!is_input) ::close(descriptor);
  if (!why.empty()) return std::nullopt;
  return text;
}

std::optional<Input> read_input(const Subject& subject, std::string& said) {
  std::string why;
  std::optional<std::string> text = read_file(subject.file, why);
  if (!text) {
    said = fmt::format("lockstep: cannot read {}: {}\n", shown_path(subject.file), why);
    return std::nullopt;
  }
  return accept_input(subject, *text, said);
}

std::optional<Input> accept_input(const Subject& subject, const std::string& text,
                                  std::string& said) {
  Loaded loaded = load(subject.file, text, subject.settings);
  if (loaded.scenario) {
    check_names(loaded.scenario->tree, text, loaded.complaints);
  } else if (const JsonTree tree = read_json(text); tree.root) {
    check_names(*tree.root, text, loaded.complaints);
  }
  std::optional<Schedule> schedule;
  if (loaded.program && loaded.complaints.empty()) {
    if (const JsonNode* node = loaded.scenario->tree.find("schedule")) {
      ReadSchedule read = read_schedule(*loaded.program, *node, text, "/schedule");
      schedule = std::move(read.schedule);
      loaded.complaints = std::move(read.complaints);
    }
  }
  if (!loaded.program || !loaded.complaints.empty()) {
    said = render(shown_path(subject.file), text, loaded.complaints);
    return std::nullopt;
  }
  return Input{subject, std::move(*loaded.scenario), std::move(*loaded.program),
               std::move(schedule)};
}

std::optional<Input> read_input(Console& console, const Subject& subject) {
  std::string said;
  std::optional<Input> input = read_input(subject, said);
  if (!input) console.err(said);
  return input;
}

}  // namespace lockstep
