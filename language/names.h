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

}  // namespace lockstep
