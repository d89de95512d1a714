#include "language/directives.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/run/run.h"
#include "engine/run/threads.h"
#include "language/constant_fold.h"
#include "language/names.h"

namespace lockstep {
namespace {

using Kind = JsonNode::Kind;

// Whether a thread may have a name that is not declared: it is created, or renamed.
bool names_threads(const Program& program) {
  if (program.feeder_body) return true;
  return std::any_of(program.code.begin(), program.code.end(), [](const Instruction& instruction) {
    return (instruction.opcode == Opcode::perform &&
            (static_cast<Operation>(instruction.a) == Operation::thread_create ||
             static_cast<Operation>(instruction.a) == Operation::process_create ||
             static_cast<Operation>(instruction.a) == Operation::timer_create)) ||
           (instruction.opcode == Opcode::operate &&
            (static_cast<Verb>(instruction.a) == Verb::set_name ||
             static_cast<Verb>(instruction.a) == Verb::submit ||
             static_cast<Verb>(instruction.a) == Verb::create_pool));
  });
}

template <class Rows>
std::vector<std::string> names_of(const Rows& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.push_back(row.name);
  return names;
}

std::vector<std::string> object_names(const Program& program) {
  std::vector<std::string> names;
  for (const ObjectInfo& object : program.objects) {
    if (object.hidden) continue;
    names.push_back(object.name);
    names.insert(names.end(), object.aliases.begin(), object.aliases.end());
  }
  return names;
}

// Functions that the scenario names: bodies of threads and conditions have a dot or a blank.
std::vector<std::string> function_names(const Program& program) {
  std::vector<std::string> names;
  for (const Function& function : program.functions) {
    if (identifier_fault(function.name).empty()) names.push_back(function.name);
  }
  return names;
}

std::vector<std::string> labels(const Program& program) {
  std::vector<std::string> labels;
  for (const Site& site : program.sites) {
    if (!site.label.empty()) labels.push_back(site.label);
  }
  return labels;
}

Constant handle(ValueKind kind, Value value) {
  Constant constant;
  constant.kind = kind;
  constant.inline_value = value;
  return constant;
}

std::optional<Constant> handle_named(std::string_view name, const Program* program) {
  if (program != nullptr) {
    if (const auto id = program->object_named(name)) {
      return handle(ValueKind::object, object_value(*id));
    }
    if (const auto id = program->function_named(name)) {
      return handle(ValueKind::function, function_value(*id));
    }
    if (const auto id = program->thread_named(name)) {
      return handle(ValueKind::thread, thread_value(*id));
    }
  }
  if (const auto kind = exception_named(name)) {
    return handle(ValueKind::exception_class, exception_class_value(*kind));
  }
  return std::nullopt;
}

// The key by which a directive is known, and its other keys.
struct DirectiveRow {
  Directive::Kind kind;
  std::span<const KeyRow> keys;  // the first one names it
};
constexpr DirectiveRow directive_rows[] = {{Directive::Kind::steps, run_directive_keys},
                                           {Directive::Kind::timeout, timeout_directive_keys},
                                           {Directive::Kind::choose, choose_directive_keys},
                                           {Directive::Kind::finish, finish_directive_keys}};

class DirectiveReader {
 public:
  DirectiveReader(Reader& reader, const Program* program,
                  std::optional<std::vector<std::string>> threads)
      : reader_(reader), names_(program, std::move(threads)), program_(program) {}

  Directive read(const At& at) {
    Directive directive;
    if (at.node.kind == Kind::string) {
      read_steps(at, directive);
    } else if (reader_.is_object(at,
                                 "a directive, such as \"T1\", \"T1*3\" or {\"run\": \"T1\"}")) {
      read_object(at, directive);
    }
    return directive;
  }

 private:
  // "T1" or "T1*3". A declared thread whose name ends with *3 is itself.
  void read_steps(const At& at, Directive& directive) {
    const std::string& text = at.node.text;
    directive.thread = text;
    const std::size_t star = text.rfind('*');
    if (star == std::string::npos || (program_ != nullptr && program_->thread_named(text)) ||
        names_.is_thread(text)) {
      check_thread(at, text);
      return;
    }
    const std::string_view digits = std::string_view(text).substr(star + 1);
    std::uint32_t steps = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), steps);
    const bool is_number = parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size();
    if (is_number && steps > 0 && steps <= steps_max) {
      directive.thread = text.substr(0, star);
      directive.steps = steps;
      check_thread(at, directive.thread);
    } else if (program_ != nullptr) {  // else it may be a thread's name
      reader_.complain(at, fmt::format("expected a number of steps from 1 to {} after *, found {}",
                                       steps_max, in_quotes(digits)));
    }
  }

  void read_object(const At& at, Directive& directive) {
    const DirectiveRow* row = nullptr;
    for (const JsonNode::Member& member : at.node.members) {
      row = std::find_if(std::begin(directive_rows), std::end(directive_rows),
                         [&](const DirectiveRow& r) { return r.keys[0].key == member.key; });
      if (row != std::end(directive_rows)) break;
    }
    if (row == nullptr || row == std::end(directive_rows)) {
      reader_.complain(at,
                       "a directive needs the key \"run\", \"timeout\", \"choose\" or \"finish\"");
      return;
    }
    directive.kind = row->kind;
    reader_.check_keys(at, fmt::format("the directive \"{}\"", row->keys[0].key), row->keys);
    for (const JsonNode::Member& member : at.node.members) {
      const At value = at.member(member);
      if (member.key == "run" || member.key == "timeout" || member.key == "choose") {
        if (member.key == row->keys[0].key) read_thread(value, directive);
      } else if (row->kind == Directive::Kind::steps && member.key == "steps") {
        directive.steps =
            static_cast<std::uint32_t>(reader_.integer(value, 1, steps_max).value_or(1));
      } else if (row->kind == Directive::Kind::steps && member.key == "until") {
        directive.kind = Directive::Kind::until;
        read_until(value, directive.until);
      } else if (row->kind == Directive::Kind::choose && member.key == "value") {
        read_value(value, directive);
      } else if (row->kind == Directive::Kind::finish && member.key == "finish") {
        read_policy(value, directive);
      }
    }
    if (at.node.find("steps") != nullptr && at.node.find("until") != nullptr) {
      reader_.complain(at, "the directive \"run\" has either \"steps\" or \"until\"");
    }
  }

  void read_thread(const At& at, Directive& directive) {
    const std::string* name = reader_.text(at, "the name of a thread");
    if (name == nullptr) return;
    directive.thread = *name;
    check_thread(at, *name);
  }

  void check_thread(const At& at, const std::string& name) {
    std::string fault = names_.thread_fault(name);
    if (!fault.empty()) reader_.complain(at, std::move(fault));
  }

  void read_policy(const At& at, Directive& directive) {
    const std::string* name = reader_.text(at, "the name of a policy");
    if (name == nullptr) return;
    directive.policy = *name;
    std::string fault = policy_fault(*name);
    if (!fault.empty()) reader_.complain(at, std::move(fault));
  }

  void read_value(const At& at, Directive& directive) {
    if (std::optional<Constant> value = any_value(at)) directive.value = std::move(*value);
  }

  std::optional<Constant> any_value(const At& at) {
    if (at.node.kind != Kind::string) return json_value(at);
    if (reader_.text(at, "an expression") == nullptr) return std::nullopt;
    std::string fault;
    std::size_t offset = 0;
    std::optional<Constant> value = names_.value(at.node.text, fault, offset);
    if (!fault.empty()) reader_.complain_inside(at, offset, std::move(fault));
    return value;
  }

  // Numbers, true, false, null; arrays and objects of values.
  std::optional<Constant> json_value(const At& at) {
    std::vector<Constant> items;
    const auto add = [&](const At& item) {
      items.push_back(any_value(item).value_or(none_constant()));
    };
    switch (at.node.kind) {
      case Kind::null:
        return none_constant();
      case Kind::boolean:
        return boolean_constant(at.node.boolean);
      case Kind::integer:
        return integer_constant(at.node.integer);
      case Kind::real:
        return real_constant(at.node.real);
      case Kind::string:
        return string_constant(at.node.text);
      case Kind::array:
        for (std::size_t i = 0; i < at.node.items.size(); ++i) add(at.item(i));
        return list_constant(std::move(items));
      case Kind::object:
        for (const JsonNode::Member& member : at.node.members) {
          items.push_back(string_constant(member.key));
          add(at.member(member));
        }
        return dict_constant(std::move(items));
    }
    return std::nullopt;
  }

  void read_flag(const At& at, bool& flag) {
    if (at.node.kind == Kind::boolean && at.node.boolean) {
      flag = true;
    } else {
      reader_.expected(at, "true");
    }
  }

  // `find` gives the id of a name in the program; `names` lists those that it finds.
  template <class IdType, class Find, class Names>
  void read_name(const At& at, std::string_view what, std::optional<IdType>& into, Find find,
                 Names names) {
    const std::string* name = reader_.text(at, fmt::format("the name of {}", what));
    if (name == nullptr || program_ == nullptr) return;
    into = find(*name);
    if (into) return;
    const std::string_view noun = what.substr(what.find(' ') + 1);
    reader_.complain(at, fmt::format("there is no {} {}{}", noun, in_quotes(*name),
                                     did_you_mean(*name, names())));
  }

  void read_object_name(const At& at, std::optional<ObjectId>& into) {
    read_name(
        at, "an object", into, [&](const std::string& n) { return program_->object_named(n); },
        [&] { return object_names(*program_); });
  }
  void read_variable_name(const At& at, std::optional<GlobalId>& into) {
    read_name(
        at, "a variable", into, [&](const std::string& n) { return program_->global_named(n); },
        [&] { return names_of(program_->globals); });
  }

  void read_label(const At& at, std::optional<std::string>& into) {
    const std::string* name = reader_.text(at, "a label");
    if (name == nullptr) return;
    into = *name;
    if (program_ == nullptr) return;
    const std::vector<std::string> known = labels(*program_);
    if (std::find(known.begin(), known.end(), *name) != known.end()) return;
    reader_.complain(at, fmt::format("there is no statement with the label {}{}", in_quotes(*name),
                                     did_you_mean(*name, known)));
  }

  void read_until(const At& at, Until& until) {
    if (at.node.kind == Kind::string && at.node.text == "blocked") {
      until.blocked = true;
    } else if (at.node.kind == Kind::string && at.node.text == "finished") {
      until.finished = true;
    } else if (reader_.is_object(
                   at, "\"blocked\", \"finished\" or an object such as {\"holds\": \"mutexA\"}")) {
      read_conditions(at, until);
    }
  }

  void read_conditions(const At& at, Until& until) {
    reader_.check_keys(at, "an until", until_keys);
    bool has_condition = false;
    for (const JsonNode::Member& member : at.node.members) {
      const At value = at.member(member);
      has_condition = has_condition || !is_extension(member.key);
      if (member.key == "blocked") read_flag(value, until.blocked);
      if (member.key == "finished") read_flag(value, until.finished);
      if (member.key == "label") read_label(value, until.label);
      if (member.key == "holds") read_object_name(value, until.holds);
      if (member.key == "waits") read_object_name(value, until.waits);
      if (member.key == "read") read_variable_name(value, until.read);
      if (member.key == "wrote") read_variable_name(value, until.wrote);
      if (member.key == "in") {
        read_name(
            value, "a function", until.in,
            [&](const std::string& n) { return program_->function_named(n); },
            [&] { return function_names(*program_); });
      }
    }
    if (!has_condition) reader_.complain(at, "an until needs a condition, such as \"holds\"");
  }

  Reader& reader_;
  ScheduleNames names_;
  const Program* program_;
};

}  // namespace

ScheduleNames::ScheduleNames(const Program* program,
                             std::optional<std::vector<std::string>> threads)
    : program_(program), threads_(std::move(threads)) {
  if (program != nullptr && !names_threads(*program)) threads_ = names_of(program->threads);
}

std::string ScheduleNames::thread_fault(std::string_view name) const {
  std::string fault = thread_name_fault(name);
  if (!fault.empty() || !threads_ || is_thread(name)) return fault;
  // "T1#1" is the thread with the number 1.
  if (!looks_indexed(name) || !is_thread(name.substr(0, name.rfind('#')))) {
    fault = fmt::format("there is no thread {}{}", in_quotes(name), did_you_mean(name, *threads_));
  }
  return fault;
}

bool ScheduleNames::is_thread(std::string_view name) const {
  return threads_ && std::find(threads_->begin(), threads_->end(), name) != threads_->end();
}

std::optional<Constant> ScheduleNames::value(std::string_view text, std::string& fault,
                                             std::size_t& offset) const {
  if (std::optional<Constant> named = handle_named(text, program_)) return named;
  ParsedExpression parsed = parse_expression(text);
  if (!parsed.root) {
    fault = std::move(parsed.faults.front().message);
    offset = parsed.faults.front().offset;
    return std::nullopt;
  }
  Folded folded = fold(*parsed.root, {});
  if (!folded.constant && (program_ != nullptr || folded.raised)) {
    fault = std::move(folded.message);
    offset = folded.offset;
  }
  return std::move(folded.constant);
}

std::string policy_fault(std::string_view name) {
  if (policy_named(name) != nullptr) return "";
  std::vector<std::string_view> names;
  for (const PolicyRow& row : policy_rows()) names.push_back(row.name);
  return fmt::format("expected one of {}, found {}{}", listed(names), in_quotes(name),
                     did_you_mean(name, {names.begin(), names.end()}));
}

Schedule read_directives(Reader& reader, const At& at, const Program* program,
                         std::optional<std::vector<std::string>> threads) {
  Schedule schedule;
  if (!reader.is_array(at, "an array of directives")) return schedule;
  DirectiveReader directives(reader, program, std::move(threads));
  for (std::size_t i = 0; i < at.node.items.size() && !reader.is_full(); ++i) {
    if (!schedule.empty() && schedule.back().kind == Directive::Kind::finish) {
      reader.complain(at.item(i), "nothing can stand behind \"finish\", which ends the run");
    }
    schedule.push_back(directives.read(at.item(i)));
    if (program != nullptr && reader.is_content()) {
      schedule.back().written = directive_json(schedule.back(), *program);
    }
  }
  return schedule;
}

}  // namespace lockstep
