#include "exporter/python_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lockstep {
namespace {

struct Module {
  std::string_view name, import;
};
constexpr std::array modules{
    Module{"atexit", "atexit"},
    Module{"concurrent", "concurrent.futures"},
    Module{"multiprocessing", "multiprocessing"},
    Module{"os", "os"},
    Module{"queue", "queue"},
    Module{"random", "random"},
    Module{"socket", "socket"},
    Module{"tempfile", "tempfile"},
    Module{"threading", "threading"},
    Module{"time", "time"},
    Module{"types", "types"},
};

const Module* module_named(std::string_view name) {
  const auto found = std::ranges::find(modules, name, &Module::name);
  return found == modules.end() ? nullptr : &*found;
}

// dir(builtins) of Python 3.11 to 3.13, but for names that begin with an underscore.
constexpr auto builtins = std::to_array<std::string_view>({"ArithmeticError",
                                                           "AssertionError",
                                                           "AttributeError",
                                                           "BaseException",
                                                           "BaseExceptionGroup",
                                                           "BlockingIOError",
                                                           "BrokenPipeError",
                                                           "BufferError",
                                                           "BytesWarning",
                                                           "ChildProcessError",
                                                           "ConnectionAbortedError",
                                                           "ConnectionError",
                                                           "ConnectionRefusedError",
                                                           "ConnectionResetError",
                                                           "DeprecationWarning",
                                                           "EOFError",
                                                           "Ellipsis",
                                                           "EncodingWarning",
                                                           "EnvironmentError",
                                                           "Exception",
                                                           "ExceptionGroup",
                                                           "FileExistsError",
                                                           "FileNotFoundError",
                                                           "FloatingPointError",
                                                           "FutureWarning",
                                                           "GeneratorExit",
                                                           "IOError",
                                                           "ImportError",
                                                           "ImportWarning",
                                                           "IndentationError",
                                                           "IndexError",
                                                           "InterruptedError",
                                                           "IsADirectoryError",
                                                           "KeyError",
                                                           "KeyboardInterrupt",
                                                           "LookupError",
                                                           "MemoryError",
                                                           "ModuleNotFoundError",
                                                           "NameError",
                                                           "NotADirectoryError",
                                                           "NotImplemented",
                                                           "NotImplementedError",
                                                           "OSError",
                                                           "OverflowError",
                                                           "PendingDeprecationWarning",
                                                           "PermissionError",
                                                           "ProcessLookupError",
                                                           "PythonFinalizationError",
                                                           "RecursionError",
                                                           "ReferenceError",
                                                           "ResourceWarning",
                                                           "RuntimeError",
                                                           "RuntimeWarning",
                                                           "StopAsyncIteration",
                                                           "StopIteration",
                                                           "SyntaxError",
                                                           "SyntaxWarning",
                                                           "SystemError",
                                                           "SystemExit",
                                                           "TabError",
                                                           "TimeoutError",
                                                           "TypeError",
                                                           "UnboundLocalError",
                                                           "UnicodeDecodeError",
                                                           "UnicodeEncodeError",
                                                           "UnicodeError",
                                                           "UnicodeTranslateError",
                                                           "UnicodeWarning",
                                                           "UserWarning",
                                                           "ValueError",
                                                           "Warning",
                                                           "ZeroDivisionError",
                                                           "abs",
                                                           "aiter",
                                                           "all",
                                                           "anext",
                                                           "any",
                                                           "ascii",
                                                           "bin",
                                                           "bool",
                                                           "breakpoint",
                                                           "bytearray",
                                                           "bytes",
                                                           "callable",
                                                           "chr",
                                                           "classmethod",
                                                           "compile",
                                                           "complex",
                                                           "copyright",
                                                           "credits",
                                                           "delattr",
                                                           "dict",
                                                           "dir",
                                                           "divmod",
                                                           "enumerate",
                                                           "eval",
                                                           "exec",
                                                           "exit",
                                                           "filter",
                                                           "float",
                                                           "format",
                                                           "frozenset",
                                                           "getattr",
                                                           "globals",
                                                           "hasattr",
                                                           "hash",
                                                           "help",
                                                           "hex",
                                                           "id",
                                                           "input",
                                                           "int",
                                                           "isinstance",
                                                           "issubclass",
                                                           "iter",
                                                           "len",
                                                           "license",
                                                           "list",
                                                           "locals",
                                                           "map",
                                                           "max",
                                                           "memoryview",
                                                           "min",
                                                           "next",
                                                           "object",
                                                           "oct",
                                                           "open",
                                                           "ord",
                                                           "pow",
                                                           "print",
                                                           "property",
                                                           "quit",
                                                           "range",
                                                           "repr",
                                                           "reversed",
                                                           "round",
                                                           "set",
                                                           "setattr",
                                                           "slice",
                                                           "sorted",
                                                           "staticmethod",
                                                           "str",
                                                           "sum",
                                                           "super",
                                                           "tuple",
                                                           "type",
                                                           "vars",
                                                           "zip"});

bool is_name_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
std::string_view first_name(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, is_name_part);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

}  // namespace

std::string PythonNames::fresh(std::string name) const {
  while (taken.contains(name) || shim.contains(name)) name.insert(0, 1, '_');
  return name;
}

PythonNames::Kind PythonNames::kind_of(std::string_view name) const {
  if (shim.contains(name)) return Kind::shim;
  if (defined.contains(name)) return Kind::defined;
  return module_named(name) != nullptr ? Kind::module : Kind::builtin;
}

bool PythonNames::is_free(std::string_view name) const {
  return !taken.contains(name) && !shim.contains(name);
}

// Two underscores in front of it would be mangled inside a class.
std::string PythonNames::other_name(std::string_view name) const {
  std::string other = fmt::format("{}_", name);
  while (!is_free(other)) other += '_';
  return other;
}

std::string PythonNames::own(std::string_view text, const Set& locals) {
  const std::string_view name = first_name(text);
  const bool is_hidden = module.contains(name) || locals.contains(name);
  std::string called = is_hidden ? other_name(name) : std::string(name);
  used_[std::string(name)].insert(called);
  return called.append(text.substr(name.size()));
}

std::string PythonNames::filled(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t sign = std::min(text.find('$', at), text.size());
    out += text.substr(at, sign - at);
    if (sign == text.size()) break;
    const std::string_view name = first_name(text.substr(sign + 1));
    out += own(name);
    at = sign + 1 + name.size();
  }
  return out;
}

std::string PythonNames::imports() const {
  std::set<std::string> lines;
  std::string others;
  for (const auto& [name, calls] : used_) {
    if (kind_of(name) != Kind::module) continue;
    const Module& its = *module_named(name);
    for (const std::string& call : calls) {
      const bool is_plain = call == name;
      if (is_plain || its.name != its.import) {
        lines.insert(fmt::format("import {}\n", its.import));
        if (!is_plain) others += fmt::format("{} = {}\n", call, name);
      } else {
        lines.insert(fmt::format("import {} as {}\n", its.import, call));
      }
    }
  }
  return fmt::format("{}{}", fmt::join(lines, ""), others);
}

std::string PythonNames::renamed_builtins() const {
  std::string lines;
  for (const auto& [name, calls] : used_) {
    if (kind_of(name) != Kind::builtin) continue;
    for (const std::string& call : calls) {
      if (call != name) lines += fmt::format("{} = {}\n", call, name);
    }
  }
  return lines;
}

std::string PythonNames::renamed_definitions() const {
  std::string lines;
  for (const auto& [name, calls] : used_) {
    if (kind_of(name) != Kind::defined || module.contains(name)) continue;
    for (const std::string& call : calls) {
      if (call != name) lines += fmt::format("{} = {}\n", call, name);
    }
  }
  return lines;
}

std::string PythonNames::from_shim(std::string_view from) const {
  std::string lines;
  for (const auto& [name, calls] : used_) {
    if (kind_of(name) != Kind::shim) continue;
    for (const std::string& call : calls) {
      if (!from.empty()) {
        lines += fmt::format("{} = {}.{}\n", call, from, name);
      } else if (call != name) {
        lines += fmt::format("{} = {}\n", call, name);
      }
    }
  }
  return lines;
}

bool PythonNames::hides_in_shim() const {
  return std::ranges::any_of(module, [&](const std::string& name) {
    return shim.contains(name) || std::ranges::find(builtins, name) != builtins.end();
  });
}

PythonNames::Set defined_names(std::string_view source) {
  PythonNames::Set names;
  const auto add = [&](std::string_view name) {
    if (!name.empty()) names.emplace(name);
  };
  for (std::size_t at = 0; at < source.size();) {
    const std::size_t end = std::min(source.find('\n', at), source.size());
    std::string_view line = source.substr(at, end - at);
    at = end + 1;
    for (const std::string_view word : {"def ", "class ", "for "}) {
      if (line.starts_with(word)) add(first_name(line.substr(word.size())));
    }
    if (line.starts_with("import ")) {
      const std::size_t as = line.find(" as ");
      add(first_name(line.substr(as == std::string_view::npos ? 7 : as + 4)));
    }
    // "a, b = ...", where "a.b = ..." defines nothing.
    const std::size_t equals = line.find(" = ");
    if (line.empty() || !is_name_part(line.front()) || equals == std::string_view::npos) continue;
    for (std::string_view left = line.substr(0, equals); !left.empty();) {
      const std::string_view name = first_name(left);
      const bool is_whole = name.size() == left.size() || left[name.size()] == ',';
      if (is_whole) add(name);
      const std::size_t comma = left.find(", ");
      left.remove_prefix(comma == std::string_view::npos ? left.size() : comma + 2);
    }
  }
  return names;
}

}  // namespace lockstep
