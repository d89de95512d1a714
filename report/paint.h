// Colour on a terminal. Never the only carrier of a meaning: words and symbols say it too.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep {

enum class Ink : std::uint8_t {
  plain,
  bad,      // a finding, a blocked thread
  good,     // finished, verified
  warn,     // incomplete
  strong,   // headings
  quiet,    // what is less important
  changed,  // a value that is new
  first,
  second,
  third,
  fourth,
  fifth,
  sixth,  // threads, in turn: see thread_ink
};

inline Ink thread_ink(std::size_t column) {
  return static_cast<Ink>(static_cast<std::size_t>(Ink::first) + column % 6);
}

class Paint {
 public:
  explicit Paint(bool colour) : colour_(colour) {}
  bool colour() const { return colour_; }
  // The text as it is without colour. Widths are to be made up before painting.
  std::string operator()(Ink ink, std::string_view text) const;

 private:
  bool colour_;
};

}  // namespace lockstep
