// Which texts may be names: of things in expressions, and of threads.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

// Python's keywords, which are no identifiers.
std::span<const std::string_view> keywords();

// Of the exception classes there are.
std::vector<std::string> exception_names();

// What is wrong with a text as an identifier or as the name of a thread; "" if nothing.
std::string identifier_fault(std::string_view text);
std::string thread_name_fault(std::string_view text);

// What Python has to end a thread, or the program, with a status, and how that is written here.
inline constexpr std::string_view names_of_exit[] = {"exit", "quit", "sys.exit"};
inline constexpr const char* as_exit =
    "to exit with a status is to raise it, as {\"raise\": \"SystemExit(3)\"}";

}  // namespace lockstep
