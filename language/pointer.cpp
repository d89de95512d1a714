#include "language/pointer.h"

#include "engine/value/unicode.h"

namespace lockstep {
namespace {

constexpr std::size_t shown_max = 60;  // code points of a text in a message
constexpr std::size_t key_max = 120;   // bytes of a key in a pointer: longer ones are cut, or a
                                       // hostile file's pointers would outgrow the file

}  // namespace

std::string child(std::string_view pointer, std::string_view key) {
  std::string out(pointer);
  out += '/';
  const bool cut = key.size() > key_max;
  for (const char c : cut ? key.substr(0, byte_offset(key, key_max / 4)) : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return cut ? out + "..." : out;
}

std::string child(std::string_view pointer, std::size_t index) {
  return std::string(pointer) + "/" + std::to_string(index);
}

std::string with_article(std::string_view noun) {
  // As it is spoken: an RLock, an mp.Lock.
  const bool vowel = !noun.empty() && (std::string_view("AEIOaeio").find(noun[0]) != noun.npos ||
                                       noun == "RLock" || noun.starts_with("mp."));
  return (vowel ? "an " : "a ") + std::string(noun);
}

std::string in_quotes(std::string_view text) {
  const std::size_t end = byte_offset(text, shown_max);
  return "\"" + std::string(text.substr(0, end)) + (end < text.size() ? "...\"" : "\"");
}

}  // namespace lockstep
