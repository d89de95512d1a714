#include "engine/value/codec.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "engine/value/containers.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

enum class Codec : std::uint8_t { utf8, ascii, latin_1 };

std::optional<Codec> codec_named(std::string_view encoding) {
  std::string name;
  for (const char c : encoding) {
    if (c >= 'A' && c <= 'Z') {
      name += static_cast<char>(c - 'A' + 'a');
    } else {
      name += c == '_' || c == ' ' ? '-' : c;
    }
  }
  struct Alias {
    std::string_view name;
    Codec codec;
  };
  constexpr std::array<Alias, 10> aliases{{{"utf-8", Codec::utf8},
                                           {"utf8", Codec::utf8},
                                           {"u8", Codec::utf8},
                                           {"ascii", Codec::ascii},
                                           {"us-ascii", Codec::ascii},
                                           {"latin-1", Codec::latin_1},
                                           {"latin1", Codec::latin_1},
                                           {"l1", Codec::latin_1},
                                           {"iso-8859-1", Codec::latin_1},
                                           {"iso8859-1", Codec::latin_1}}};
  const auto found = std::ranges::find(aliases, name, &Alias::name);
  if (found == aliases.end()) return std::nullopt;
  return found->codec;
}

Result unknown_encoding(ValueTable& values, std::string_view encoding) {
  return raise(values, ExceptionKind::lookup_error, "unknown encoding: " + std::string(encoding));
}

std::string_view codec_name(Codec codec) {
  switch (codec) {
    case Codec::utf8:
      return "utf-8";
    case Codec::ascii:
      return "ascii";
    case Codec::latin_1:
      return "latin-1";
  }
  return "";
}

enum class Handler : std::uint8_t { strict, ignore, replace };

std::optional<Handler> handler_named(std::string_view errors) {
  if (errors == "strict") return Handler::strict;
  if (errors == "ignore") return Handler::ignore;
  if (errors == "replace") return Handler::replace;
  return std::nullopt;
}

Result unknown_handler(ValueTable& values, std::string_view errors) {
  return raise(values, ExceptionKind::lookup_error,
               "unknown error handler name '" + std::string(errors) + "'");
}

constexpr std::uint32_t replacement_character = 0xfffd;

// The first of the text that the codec does not know, and why.
std::optional<Utf8Error> first_error(Codec codec, std::string_view text) {
  if (codec == Codec::utf8) return utf8_error(text);
  if (codec == Codec::latin_1) return std::nullopt;
  const auto at = static_cast<std::size_t>(
      std::ranges::find_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) -
      text.begin());
  if (at == text.size()) return std::nullopt;
  return Utf8Error{at, at + 1, "ordinal not in range(128)"};
}

// The error's five arguments, of which its text is made (text.cpp).
Result codec_error(ValueTable& values, ExceptionKind kind, Codec codec, Value object,
                   std::size_t start, std::size_t end, std::string_view reason) {
  const std::array arguments{values.string(codec_name(codec)), object,
                             values.integer(static_cast<std::int64_t>(start)),
                             values.integer(static_cast<std::int64_t>(end)), values.string(reason)};
  return {values.exception(kind, arguments), true};
}

}  // namespace

Result encoded(ValueTable& values, Value string, std::string_view encoding,
               std::string_view errors) {
  const auto codec = codec_named(encoding);
  if (!codec) return unknown_encoding(values, encoding);
  const std::string_view text = values.as_text(string);
  if (*codec == Codec::utf8 || values.is_ascii(string)) return {values.bytes(text)};

  const std::uint32_t end = *codec == Codec::ascii ? 0x80 : 0x100;
  const auto handler = handler_named(errors);
  std::string result;
  std::size_t i = 0;      // code points before
  std::size_t wrong = 0;  // of the first run that cannot be encoded
  bool run_ended = false;
  for_each_code_point(text, [&](std::uint32_t c, std::string_view) {
    if (c < end) {
      run_ended = wrong > 0;
      if (!run_ended) ++i;
      result += static_cast<char>(c);
    } else {
      if (!run_ended) ++wrong;
      if (handler == Handler::replace) result += '?';
    }
  });
  if (wrong > 0 && !handler) return unknown_handler(values, errors);
  if (wrong == 0 || handler != Handler::strict) return bytes_of(values, result);
  return codec_error(
      values, ExceptionKind::unicode_encode_error, *codec, string, i, i + wrong,
      *codec == Codec::ascii ? "ordinal not in range(128)" : "ordinal not in range(256)");
}

Result decoded(ValueTable& values, Value bytes, std::string_view encoding,
               std::string_view errors) {
  std::string_view text = values.as_text(bytes);
  if (text.empty()) return {values.string("")};  // CPython does not look at the encoding then
  const auto codec = codec_named(encoding);
  if (!codec) return unknown_encoding(values, encoding);
  if (values.is_ascii(bytes)) return {values.string(text)};
  std::string result;
  if (*codec == Codec::latin_1) {
    for (const char c : text) append_code_point(result, static_cast<unsigned char>(c));
    return string_of(values, result);
  }
  const auto handler = handler_named(errors);
  for (auto error = first_error(*codec, text); error; error = first_error(*codec, text)) {
    if (!handler) return unknown_handler(values, errors);
    if (*handler == Handler::strict) {
      return codec_error(values, ExceptionKind::unicode_decode_error, *codec, bytes, error->start,
                         error->end, error->reason);
    }
    result += text.substr(0, error->start);
    if (*handler == Handler::replace) append_code_point(result, replacement_character);
    text.remove_prefix(error->end);
  }
  return string_of(values, result += text);
}

}  // namespace lockstep
