// Schedules on the command line: "T1*3,T2,T1!,T2=2,finish:round-robin".
#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "engine/value/unicode.h"
#include "language/constant.h"
#include "language/directives.h"
#include "language/schedule.h"

namespace lockstep {
namespace {

constexpr std::string_view special = ",*!=:\"'";
constexpr std::string_view finish_word = "finish";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view without_blanks_behind(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

class TextReader {
 public:
  TextReader(const Program& program, std::string_view text)
      : names_(&program), text_(text), reader_(text) {}

  ReadSchedule read() {
    Schedule schedule;
    if (const auto error = utf8_error(text_)) {
      complain(error->start, fmt::format("invalid UTF-8: {}", error->reason));
      return {std::nullopt, reader_.take()};
    }
    do {
      const std::size_t begin = skip_blanks(at_);
      at_ = begin;
      Directive directive = read_directive();
      if (reader_.is_full()) break;
      at_ = skip_blanks(at_);
      if (at_ < text_.size() && text_[at_] != ',') {
        complain(at_, fmt::format("expected , between directives, found {}", rest()));
        at_ = next_comma(at_);
      }
      directive.written = without_blanks_behind(text_.substr(begin, at_ - begin));
      schedule.push_back(std::move(directive));
    } while (at_++ < text_.size());
    if (!reader_.is_content()) return {std::nullopt, reader_.take()};
    return {std::move(schedule), {}};
  }

 private:
  void complain(std::size_t offset, std::string message) {
    reader_.complain(reader_.place(offset, ""), std::move(message));
  }
  std::size_t skip_blanks(std::size_t at) const {
    while (at < text_.size() && is_blank(text_[at])) ++at;
    return at;
  }
  // What stands at at_, for messages.
  std::string rest() const {
    if (at_ >= text_.size()) return "the end";
    return in_quotes(text_.substr(at_, next_comma(at_) - at_));
  }
  bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }

  // The next comma that stands in no brackets and no quotes, or the end.
  std::size_t next_comma(std::size_t from) const {
    std::size_t depth = 0;
    char quote = '\0';
    for (std::size_t i = from; i < text_.size(); ++i) {
      const char c = text_[i];
      if (quote != '\0') {
        if (c == '\\') {
          ++i;
        } else if (c == quote) {
          quote = '\0';
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '(' || c == '[' || c == '{') {
        ++depth;
      } else if ((c == ')' || c == ']' || c == '}') && depth > 0) {
        --depth;
      } else if (c == ',' && depth == 0) {
        return i;
      }
    }
    return text_.size();
  }

  Directive read_directive() {
    Directive directive;
    const std::size_t begin = at_;
    const std::optional<std::string> name = read_name();
    if (!name) {
      at_ = next_comma(at_);
      return directive;
    }
    directive.thread = *name;
    if (is_at(':') && *name == finish_word && text_[begin] != '"') {
      directive.thread.clear();
      directive.kind = Directive::Kind::finish;
      read_policy(directive);
      return directive;
    }
    std::string fault = names_.thread_fault(*name);
    if (!fault.empty()) complain(begin, std::move(fault));
    at_ = skip_blanks(at_);
    if (is_at('*')) {
      read_steps(directive);
    } else if (is_at('!')) {
      ++at_;
      directive.kind = Directive::Kind::timeout;
    } else if (is_at('=')) {
      directive.kind = Directive::Kind::choose;
      read_value(directive);
    }
    return directive;
  }

  // Nothing after a complaint.
  std::optional<std::string> read_name() {
    if (is_at('"')) return read_quoted_name();
    const std::size_t end = std::min(text_.find_first_of(special, at_), text_.size());
    std::string_view name = text_.substr(at_, end - at_);
    name = without_blanks_behind(name);
    if (name.empty()) {
      complain(at_, fmt::format("expected a directive, such as T1 or T1*3, found {}", rest()));
      return std::nullopt;
    }
    at_ = end;
    return std::string(name);
  }

  std::optional<std::string> read_quoted_name() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) {
      complain(at_, "the name has no closing \"");
      return std::nullopt;
    }
    const JsonTree tree = read_json(text_.substr(at_, end + 1 - at_));
    if (!tree.root) {
      complain(at_, fmt::format("{}: {}", text_.substr(at_, end + 1 - at_),
                                tree.complaints.front().message));
      return std::nullopt;
    }
    at_ = end + 1;
    return tree.root->text;
  }

  void read_steps(Directive& directive) {
    const std::size_t begin = skip_blanks(at_ + 1);
    const char* end = text_.data() + text_.size();
    const auto parsed = std::from_chars(text_.data() + begin, end, directive.steps);
    if (parsed.ec != std::errc() || directive.steps == 0 || directive.steps > steps_max) {
      at_ = begin;
      complain(begin, fmt::format("expected a number of steps from 1 to {} after *, found {}",
                                  steps_max, rest()));
      at_ = next_comma(begin);
      return;
    }
    at_ = static_cast<std::size_t>(parsed.ptr - text_.data());
  }

  void read_value(Directive& directive) {
    const std::size_t begin = skip_blanks(at_ + 1);
    at_ = next_comma(begin);
    const std::string_view expression = without_blanks_behind(text_.substr(begin, at_ - begin));
    std::string fault;
    std::size_t offset = 0;
    std::optional<Constant> value = names_.value(expression, fault, offset);
    if (value) {
      directive.value = std::move(*value);
    } else {
      complain(begin + offset, std::move(fault));
    }
  }

  void read_policy(Directive& directive) {
    const std::size_t begin = skip_blanks(at_ + 1);
    at_ = next_comma(begin);
    const std::string_view name = without_blanks_behind(text_.substr(begin, at_ - begin));
    directive.policy = name;
    std::string fault = policy_fault(name);
    if (!fault.empty()) complain(begin, std::move(fault));
  }

  ScheduleNames names_;
  std::string_view text_;
  std::size_t at_ = 0;
  Reader reader_;
};

std::string name_text(const std::string& name) {
  // What begins with a bracket would be read as an array of directives.
  const bool is_plain = name.find_first_of(special) == std::string::npos && name.front() != '[' &&
                        !is_blank(name.front()) && !is_blank(name.back());
  return is_plain ? name : json_string(name);
}

bool has_handles(const Constant& constant) {
  switch (constant.kind) {
    case ValueKind::object:
    case ValueKind::thread:
    case ValueKind::process:
    case ValueKind::connection:
    case ValueKind::function:
      return true;
    default:
      break;
  }
  for (const Constant& item : constant.items) {
    if (has_handles(item)) return true;
  }
  return false;
}

}  // namespace

ReadSchedule read_schedule_text(const Program& program, std::string_view text) {
  return TextReader(program, text).read();
}

std::optional<std::string> schedule_text(const Schedule& schedule) {
  std::string out;
  for (const Directive& directive : schedule) {
    if (!out.empty()) out += ',';
    switch (directive.kind) {
      case Directive::Kind::steps:
        out += name_text(directive.thread);
        if (directive.steps != 1) out += "*" + std::to_string(directive.steps);
        break;
      case Directive::Kind::until:
        return std::nullopt;
      case Directive::Kind::timeout:
        out += name_text(directive.thread) + "!";
        break;
      case Directive::Kind::choose:
        if (has_handles(directive.value)) return std::nullopt;
        out += name_text(directive.thread) + "=" + literal(directive.value);
        break;
      case Directive::Kind::finish:
        out += std::string(finish_word) + ":" + directive.policy;
        break;
    }
  }
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace lockstep
