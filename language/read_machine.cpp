#include "language/read_parts.h"

namespace lockstep {
namespace {

void read_costs(Reader& reader, const At& at, Costs& costs) {
  if (!reader.is_object(at, "an object with virtual seconds")) return;
  reader.check_keys(at, "the costs", costs_keys);
  for (const JsonNode::Member& member : at.node.members) {
    if (member.key == "bytecode") {
      costs.bytecode = reader.seconds(at.member(member), true, bytecode_cost_max).value_or(0);
    } else if (member.key == "thread_start") {
      costs.thread_start = reader.seconds(at.member(member), true, machine_seconds_max).value_or(0);
    } else if (member.key == "process_start") {
      costs.process_start =
          reader.seconds(at.member(member), true, machine_seconds_max).value_or(0);
    }
  }
}

}  // namespace

void read_machine(Reader& reader, const At& at, Scenario& scenario) {
  if (!reader.is_object(at, "an object, such as {\"gil\": \"3.12\"}")) return;
  reader.check_keys(at, "the machine", machine_keys);
  for (const JsonNode::Member& member : at.node.members) {
    const At value = at.member(member);
    if (member.key == "gil") {
      scenario.gil = static_cast<GilModel>(reader.one_of(value, gil_names).value_or(0));
    } else if (member.key == "cores") {
      scenario.cores = static_cast<std::uint32_t>(reader.integer(value, 1, cores_max).value_or(1));
    } else if (member.key == "switch_interval") {
      scenario.switch_interval = reader.seconds(value, false, machine_seconds_max).value_or(1);
    } else if (member.key == "costs") {
      read_costs(reader, value, scenario.costs);
    }
  }
}

}  // namespace lockstep
