// The words of Python's expressions. Internal to language/.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep {

struct Token {
  enum class Kind : std::uint8_t {
    end,
    name,  // an identifier that is no keyword
    keyword,
    integer,
    real,
    string,    // only its prefix and opening quote: what follows depends on the prefix
    symbol,    // an operator or a bracket
    stranger,  // what no expression has: a code point, or a complaint of its own in `fault`
  };
  Kind kind = Kind::end;
  std::size_t begin = 0;  // byte offsets
  std::size_t end = 0;
  std::string_view text;
  std::string fault;  // stranger: the whole message, if "found ..." would say too little
};

// The token that begins at `offset` or behind the white space there.
Token token_at(std::string_view text, std::size_t offset);

}  // namespace lockstep
