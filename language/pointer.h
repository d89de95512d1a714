// JSON Pointers (RFC 6901), and names from a file as messages show them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace lockstep {

std::string child(std::string_view pointer, std::string_view key);
std::string child(std::string_view pointer, std::size_t index);

// With its article: "a Lock", "an Event".
std::string with_article(std::string_view noun);

// In double quotes; of a long text the beginning. Control characters are left for render().
std::string in_quotes(std::string_view text);

}  // namespace lockstep
