// A file that is open for appending, without a buffer: each write is one call of the system, which
// puts the whole text at the end, and other threads run meanwhile. One word: what is in it, a
// string.
#include <string>

#include "engine/operations/arguments.h"
#include "engine/value/arithmetic.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

Word& content(State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object())[0];
}

}  // namespace

void initialise_file(const Machine& machine, State& state, ObjectId file) {
  object_words(machine.program, state, file)[0] = machine.values().string("").bits;
}
std::optional<ThreadId> owner_file(const Machine&, const State&, ObjectId) { return std::nullopt; }

std::string describe_file(const Machine& machine, const State& state, ObjectId file) {
  const Value text{object_words(machine.program, state, file)[0]};
  const std::size_t bytes = machine.values().as_text(text).size();
  if (bytes == 0) return "empty";
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

Outcome apply_file_write(State& state, const Call& call) {
  ValueTable& values = call.machine.values();
  const Value text = call.arguments[0];
  if (values.kind(text) != ValueKind::string) {
    return raise(call, ExceptionKind::type_error,
                 "write() argument must be str, not " + std::string(type_name(values, text)));
  }
  Word& file = content(state, call);
  std::string after(values.as_text(Value{file}));
  after += values.as_text(text);
  if (after.size() > text_bytes_max) {
    return raise(call, ExceptionKind::memory_error, "a file is larger than lockstep holds");
  }
  file = values.string(after).bits;
  const std::size_t letters = count_code_points(values.as_text(text));
  return Outcome::returned(values.integer(static_cast<std::int64_t>(letters)));
}

Outcome apply_file_read(State& state, const Call& call) {
  return Outcome::returned(Value{content(state, call)});
}

}  // namespace lockstep
