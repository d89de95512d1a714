#include "language/schedule.h"

#include <utility>

#include "language/constant.h"
#include "language/directives.h"
#include "language/reader.h"

namespace lockstep {
namespace {

// Quoted for JSON unless JSON has a literal for it; reads back as the same constant.
std::string value_json(const Constant& value, const Program& program) {
  switch (value.kind) {
    case ValueKind::none:
      return "null";
    case ValueKind::boolean:
      return value.inline_value == true_value ? "true" : "false";
    case ValueKind::integer:
      return literal(value);
    case ValueKind::real:
      if (value.real - value.real == 0) return literal(value);  // finite
      return json_string(literal(value));
    default:
      return json_string(literal(value, &program));
  }
}

std::string until_json(const Until& until, const Program& program) {
  std::string conditions;
  const auto add = [&](std::string_view key, const std::string& value) {
    if (!conditions.empty()) conditions += ", ";
    conditions += "\"" + std::string(key) + "\": " + value;
  };
  if (until.blocked) add("blocked", "true");
  if (until.finished) add("finished", "true");
  const bool is_alone = !conditions.empty() && until.blocked != until.finished;
  if (until.label) add("label", json_string(*until.label));
  if (until.holds) add("holds", json_string(program.objects[until.holds->index].name));
  if (until.waits) add("waits", json_string(program.objects[until.waits->index].name));
  if (until.read) add("read", json_string(program.globals[until.read->index].name));
  if (until.wrote) add("wrote", json_string(program.globals[until.wrote->index].name));
  if (until.in) add("in", json_string(program.functions[until.in->index].name));
  if (is_alone && conditions == "\"blocked\": true") return "\"blocked\"";
  if (is_alone && conditions == "\"finished\": true") return "\"finished\"";
  return "{" + conditions + "}";
}

}  // namespace

std::string directive_json(const Directive& directive, const Program& program) {
  const std::string thread = json_string(directive.thread);
  switch (directive.kind) {
    case Directive::Kind::steps: {
      const std::string steps = std::to_string(directive.steps);
      if (directive.thread.find('*') != std::string::npos) {
        return "{\"run\": " + thread + ", \"steps\": " + steps + "}";
      }
      return directive.steps == 1 ? thread : json_string(directive.thread + "*" + steps);
    }
    case Directive::Kind::until:
      return "{\"run\": " + thread + ", \"until\": " + until_json(directive.until, program) + "}";
    case Directive::Kind::timeout:
      return "{\"timeout\": " + thread + "}";
    case Directive::Kind::choose:
      return "{\"choose\": " + thread + ", \"value\": " + value_json(directive.value, program) +
             "}";
    case Directive::Kind::finish:
      return "{\"finish\": " + json_string(directive.policy) + "}";
  }
  return "";
}

ReadSchedule read_schedule(const Program& program, const JsonNode& node, std::string_view text,
                           std::string pointer) {
  Reader reader(text);
  Schedule schedule = read_directives(reader, {node, std::move(pointer)}, &program);
  if (!reader.is_content()) return {std::nullopt, reader.take()};
  return {std::move(schedule), {}};
}

std::string schedule_json(const Schedule& schedule, const Program& program, int indent) {
  if (schedule.empty()) return "[]";
  const auto blanks = [](int n) {
    return std::string(n > 0 ? static_cast<std::size_t>(n) : 0, ' ');
  };
  std::string out = "[";
  for (const Directive& directive : schedule) {
    out += out.size() == 1 ? "\n" : ",\n";
    out += blanks(indent) + directive_json(directive, program);
  }
  return out + "\n" + blanks(indent - 2) + "]";
}

}  // namespace lockstep
