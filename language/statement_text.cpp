#include "language/statement_text.h"

#include <fmt/format.h>

#include "engine/assert.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

template <class T>
const T* find(const Statement& statement, std::string_view key) {
  return std::get_if<T>(&statement.fields[field_index(statement.kind, key)]);
}

std::string joined(const std::vector<Operand>* operands) {
  std::string out;
  if (operands == nullptr) return out;
  for (const Operand& operand : *operands) out += (out.empty() ? "" : ", ") + operand.source;
  return out;
}

// "a, b, **{'c': 1}" of f(a, b, c=1).
std::string arguments_of(const Statement& statement) {
  std::string arguments = joined(find_operands(statement, "args"));
  const Operand* named = find_operand(statement, "kwargs");
  if (named != nullptr) arguments += (arguments.empty() ? "**" : ", **") + named->source;
  return arguments;
}

// "f, a, b" of Thread(f, a, b).
std::string function_and_arguments(const Statement& statement, std::string_view key) {
  const std::string arguments = arguments_of(statement);
  const std::string& function = get_function(statement, key);
  return function + (arguments.empty() || function.empty() ? "" : ", ") + arguments;
}

std::string text_of(const Statement& statement) {
  const auto source = [&](std::string_view key) { return get_operand(statement, key).source; };
  const auto named = [&](std::string_view key) {  // " timeout 0.5", or nothing
    const Operand* operand = find_operand(statement, key);
    return operand == nullptr ? "" : fmt::format(" {} {}", key, operand->source);
  };
  const auto into = [&](std::string_view key) {  // "x = ", or nothing
    const Operand* operand = find_operand(statement, key);
    return operand == nullptr ? "" : operand->source + " = ";
  };
  const auto names = [&] {
    std::string out;
    for (const std::string& name :
         *find<std::vector<std::string>>(statement, row(statement.kind).key)) {
      out += (out.empty() ? "" : ", ") + name;
    }
    return out;
  };
  std::string key(row(statement.kind).key);
  switch (statement.kind) {
    case StatementKind::set:
      return source("set") + " = " + source("to");
    case StatementKind::append:
      return fmt::format("{}.append({})", source("append"), source("item"));
    case StatementKind::pop: {
      const Operand* index = find_operand(statement, "index");
      return fmt::format("{}{}.pop({})", into("into"), source("pop"),
                         index == nullptr ? "" : index->source);
    }
    case StatementKind::print:
      return fmt::format("print({})", joined(find_operands(statement, "print")));
    case StatementKind::assert_:
    case StatementKind::await:
    case StatementKind::if_:
    case StatementKind::while_:
    case StatementKind::return_:
    case StatementKind::sleep:
    case StatementKind::io:
    case StatementKind::compute:
    case StatementKind::start:
    case StatementKind::join_thread:
    case StatementKind::cancel_join_thread:
    case StatementKind::terminate:
    case StatementKind::kill:
    case StatementKind::notify_all:
    case StatementKind::event_set:
    case StatementKind::event_clear:
    case StatementKind::task_done:
    case StatementKind::reset:
    case StatementKind::abort:
      return key + " " + source(key);
    case StatementKind::choose:
      return fmt::format("{} = choose {}", source("choose"), source("from"));
    case StatementKind::for_:
      return fmt::format("for {} in {}", names(), source("in"));
    case StatementKind::call:
      return fmt::format("{}{}({})", into("into"), get_function(statement, "call"),
                         arguments_of(statement));
    case StatementKind::raise: {
      const Operand* raised = find_operand(statement, "raise");
      return raised == nullptr ? "raise" : "raise " + raised->source;
    }
    case StatementKind::global:
      return "global " + names();
    case StatementKind::atomic:
    case StatementKind::try_:
    case StatementKind::break_:
    case StatementKind::continue_:
    case StatementKind::pass:
    case StatementKind::yield:
      return key;
    case StatementKind::thread:
      if (const std::string& its = get_function(statement, "class"); !its.empty()) {
        return fmt::format("{}{}({})", into("thread"), its, arguments_of(statement));
      }
      return fmt::format("{}Thread({})", into("thread"),
                         function_and_arguments(statement, "target"));
    case StatementKind::spawn:
      return fmt::format("{}spawn {}({})", into("as"), get_function(statement, "spawn"),
                         arguments_of(statement));
    case StatementKind::cancel:
      return into("into") + "cancel " + source("cancel");
    case StatementKind::submit:
      return fmt::format("{}submit {}({}) to {}", into("into"), get_function(statement, "function"),
                         arguments_of(statement), source("submit"));
    case StatementKind::map:
      return fmt::format("{}map {} over {} by {}{}", into("into"),
                         get_function(statement, "function"),
                         joined(find_operands(statement, "over")), source("map"),
                         named("timeout") + named("chunksize"));
    case StatementKind::result:
    case StatementKind::exception:
      return into("into") + key + " " + source(key) + named("timeout");
    case StatementKind::wait_futures:
      return "wait_futures " + source(key) + named("timeout") + named("return_when");
    case StatementKind::os_exit:
      return "os._exit(" + source(key) + ")";
    case StatementKind::pool:
      return "make " + source(key);
    case StatementKind::apply:
    case StatementKind::apply_async:
      return fmt::format("{}{} {}({}) by {}", into("into"), key,
                         get_function(statement, "function"), arguments_of(statement), source(key));
    case StatementKind::map_async:
    case StatementKind::starmap:
    case StatementKind::starmap_async:
      return fmt::format("{}{} {} over {} by {}{}", into("into"), key,
                         get_function(statement, "function"), source("over"), source(key),
                         named("chunksize"));
    case StatementKind::imap:
    case StatementKind::imap_unordered:
      return fmt::format("{}{} {} over {} by {}", into("into"), key,
                         get_function(statement, "function"), source("over"), source(key));
    case StatementKind::next:
      return into("into") + "next " + source(key) + named("timeout");
    case StatementKind::add_done_callback:
      return fmt::format("add {} to {}", get_function(statement, "function"), source(key));
    case StatementKind::join:
      return "join " + source("join") + named("timeout");
    case StatementKind::acquire:
      return into("into") + "acquire " + source("acquire") + named("blocking") + named("timeout");
    case StatementKind::release:
      return "release " + source("release") + named("n");
    case StatementKind::with:
      return "with " + joined(find_operands(statement, "with"));
    case StatementKind::wait:
      return into("into") + "wait " + source("wait") + named("timeout");
    case StatementKind::wait_for:
      return into("into") + "wait_for " + source("wait_for") + named("until") + named("timeout");
    case StatementKind::notify:
      return "notify " + source("notify") + named("n");
    case StatementKind::put:
      return fmt::format("put {} into {}{}{}", source("item"), source("put"), named("block"),
                         named("timeout"));
    case StatementKind::shutdown:
      return "shutdown " + source("shutdown") + named("immediate") + named("block") +
             named("cancel_futures");
    case StatementKind::get:
      return into("into") + "get " + source("get") + named("block") + named("timeout");
    case StatementKind::barrier_wait:
      return into("into") + "wait at " + source("barrier_wait") + named("timeout");
    case StatementKind::process:
      return fmt::format("{}Process({})", into("process"),
                         function_and_arguments(statement, "target"));
    case StatementKind::timer:
      return fmt::format("{}Timer({}, {})", into("timer"), source("interval"),
                         function_and_arguments(statement, "function"));
    case StatementKind::listen:
      return "listen " + source("listen") + named("backlog");
    case StatementKind::accept:
    case StatementKind::connect:
      return into("into") + key + " " + source(key) + named("timeout");
    case StatementKind::send:
      return fmt::format("{}send {} on {}", into("into"), source("data"), source("send"));
    case StatementKind::recv:
      return fmt::format("{}recv {} from {}{}", into("into"), source("size"), source("recv"),
                         named("timeout"));
    case StatementKind::close:
      return "close " + source("close");
    case StatementKind::write:
      return fmt::format("{}write {} to {}", into("into"), source("text"), source("write"));
    case StatementKind::atexit:
      return "atexit " + function_and_arguments(statement, "atexit");
    case StatementKind::input: {
      const Operand* prompt = find_operand(statement, "prompt");
      return fmt::format("{}input({})", into("input"), prompt == nullptr ? "" : prompt->source);
    }
  }
  return key;
}

}  // namespace

std::string statement_text(const Statement& statement) { return shortened(text_of(statement)); }

std::string shortened(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  if (byte_offset(text, statement_text_max) < text.size()) {
    text.resize(byte_offset(text, statement_text_max - 3));
    text += "...";
  }
  return text;
}

const Operand* find_operand(const Statement& statement, std::string_view key) {
  return find<Operand>(statement, key);
}

const std::vector<Operand>* find_operands(const Statement& statement, std::string_view key) {
  return find<std::vector<Operand>>(statement, key);
}

const Block* find_block(const Statement& statement, std::string_view key) {
  return find<Block>(statement, key);
}

const Operand& get_operand(const Statement& statement, std::string_view key) {
  const Operand* found = find_operand(statement, key);
  LOCKSTEP_ASSERT(found != nullptr, "a required field is there");
  return *found;
}

const Block& get_block(const Statement& statement, std::string_view key) {
  const Block* found = find_block(statement, key);
  LOCKSTEP_ASSERT(found != nullptr, "a required field is there");
  return *found;
}

const std::string& get_function(const Statement& statement, std::string_view key) {
  static const std::string none;
  const auto* found = find<std::string>(statement, key);
  return found == nullptr ? none : *found;
}

}  // namespace lockstep
