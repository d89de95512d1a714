// Methods of str and bytes that ask about letters, and change their case.
// After Objects/unicodeobject.c and bytesobject.c of CPython 3.11. Of bytes,
// letters are those of ASCII.
#include <string>

#include "engine/value/containers.h"
#include "engine/value/method_functions.h"

namespace lockstep {
namespace {

// A str of transformed code points, or bytes of transformed ASCII letters. `append` is told where a
// code point begins.
template <class F>
Result mapped(ValueTable& values, Value receiver, F append) {
  std::string text;
  if (!is_bytes(values, receiver)) {
    const std::string_view whole = values.as_text(receiver);
    for_each_code_point(whole, [&](std::uint32_t c, std::string_view bytes) {
      append(text, c, static_cast<std::size_t>(bytes.data() - whole.data()));
    });
    return string_of(values, text);
  }
  for (const char c : values.as_text(receiver)) {
    if (static_cast<unsigned char>(c) < 0x80) {
      append(text, static_cast<std::uint32_t>(c), 0);
    } else {  // no letter: it ends a word, as any other byte that is none
      std::string unused;
      append(unused, 0, 0);
      text += c;
    }
  }
  return bytes_of(values, text);
}

// Of the code point that begins there; a capital sigma at the end of a word has another small one.
void append_lower_in(std::string& text, std::string_view whole, std::uint32_t c,
                     std::size_t offset) {
  constexpr std::uint32_t capital_sigma = 0x3a3, final_sigma = 0x3c2;
  if (c == capital_sigma && is_final_sigma(whole, offset)) {
    append_code_point(text, final_sigma);
  } else {
    append_lower(text, c);
  }
}

}  // namespace

Result method_upper(ValueTable& values, Value receiver, Arguments, const Names&) {
  return mapped(values, receiver,
                [](std::string& text, std::uint32_t c, std::size_t) { append_upper(text, c); });
}

Result method_lower(ValueTable& values, Value receiver, Arguments, const Names&) {
  const std::string_view whole = values.as_text(receiver);
  return mapped(values, receiver, [whole](std::string& text, std::uint32_t c, std::size_t offset) {
    append_lower_in(text, whole, c, offset);
  });
}

Result method_title(ValueTable& values, Value receiver, Arguments, const Names&) {
  const std::string_view whole = values.as_text(receiver);
  bool in_word = false;
  return mapped(values, receiver, [&](std::string& text, std::uint32_t c, std::size_t offset) {
    in_word ? append_lower_in(text, whole, c, offset) : append_title(text, c);
    in_word = is_cased(c);
  });
}

Result method_capitalize(ValueTable& values, Value receiver, Arguments, const Names&) {
  const std::string_view whole = values.as_text(receiver);
  bool first = true;
  return mapped(values, receiver, [&](std::string& text, std::uint32_t c, std::size_t offset) {
    first ? append_title(text, c) : append_lower_in(text, whole, c, offset);
    first = false;
  });
}

namespace {

// Whether there is a letter, and each is one of these. Of bytes, those of ASCII are asked.
Result all_are(const ValueTable& values, Value receiver, bool (*is_one)(std::uint32_t)) {
  const std::string_view text = values.as_text(receiver);
  bool all = !text.empty();
  if (is_bytes(values, receiver)) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      all = all && byte < 0x80 && is_one(byte);
    }
  } else {
    for_each_code_point(text, [&](std::uint32_t c, std::string_view) { all = all && is_one(c); });
  }
  return {boolean_value(all)};
}

}  // namespace

Result method_isdigit(ValueTable& values, Value receiver, Arguments, const Names&) {
  return all_are(values, receiver, is_digit);
}

Result method_isalpha(ValueTable& values, Value receiver, Arguments, const Names&) {
  return all_are(values, receiver, is_alpha);
}

Result method_isalnum(ValueTable& values, Value receiver, Arguments, const Names&) {
  return all_are(values, receiver, is_alphanumeric);
}

Result method_isspace(ValueTable& values, Value receiver, Arguments, const Names&) {
  // 0x1c to 0x1f are white space of str alone.
  if (!is_bytes(values, receiver)) return all_are(values, receiver, is_space);
  return all_are(values, receiver,
                 [](std::uint32_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

namespace {

// Whether there is one of the wanted case, and none of the other.
Result has_case(const ValueTable& values, Value receiver, bool (*is_wanted)(std::uint32_t),
                bool (*is_other)(std::uint32_t)) {
  bool any = false, other = false;
  const auto look_at = [&](std::uint32_t c) {
    any = any || is_wanted(c);
    other = other || is_other(c) || is_title(c);
  };
  const std::string_view text = values.as_text(receiver);
  if (is_bytes(values, receiver)) {
    for (const char c : text) {
      if (static_cast<unsigned char>(c) < 0x80) look_at(static_cast<unsigned char>(c));
    }
  } else {
    for_each_code_point(text, [&](std::uint32_t c, std::string_view) { look_at(c); });
  }
  return {boolean_value(any && !other)};
}

}  // namespace

Result method_isupper(ValueTable& values, Value receiver, Arguments, const Names&) {
  return has_case(values, receiver, is_upper, is_lower);
}

Result method_islower(ValueTable& values, Value receiver, Arguments, const Names&) {
  return has_case(values, receiver, is_lower, is_upper);
}

}  // namespace lockstep
