#include "engine/run/choices.h"

#include <algorithm>

namespace lockstep {
namespace {

constexpr unsigned kind_bits = 2;
static_assert(static_cast<unsigned>(Choice::Kind::choose) < 1U << kind_bits);

void put(std::vector<std::uint8_t>& bytes, std::uint64_t number) {
  for (; number >= 0x80U; number >>= 7U) {
    bytes.push_back(static_cast<std::uint8_t>(number | 0x80U));
  }
  bytes.push_back(static_cast<std::uint8_t>(number));
}

std::uint64_t take(const std::vector<std::uint8_t>& bytes, std::size_t& at) {
  std::uint64_t number = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = bytes[at++];
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) return number;
  }
}

}  // namespace

void Choices::add(Choice choice, std::uint64_t times) {
  if (times == 0) return;
  size_ += times;
  if (last_times_ > 0 && choice == last_) {
    last_times_ += times;
    return;
  }
  if (last_times_ > 0) {
    put(bytes_, std::uint64_t{last_.thread.index} << kind_bits | static_cast<unsigned>(last_.kind));
    if (last_.kind == Choice::Kind::choose) put(bytes_, last_.value);
    put(bytes_, last_times_);
  }
  last_ = choice;
  last_times_ = times;
}

void Choices::stretches(const std::function<bool(Choice, std::uint64_t)>& stretch) const {
  for (std::size_t at = 0; at < bytes_.size();) {
    Choice choice;
    const std::uint64_t head = take(bytes_, at);
    choice.thread.index = static_cast<std::uint32_t>(head >> kind_bits);
    choice.kind = static_cast<Choice::Kind>(head & ((1U << kind_bits) - 1));
    choice.value =
        choice.kind == Choice::Kind::choose ? static_cast<std::uint32_t>(take(bytes_, at)) : 0;
    if (!stretch(choice, take(bytes_, at))) return;
  }
  if (last_times_ > 0) stretch(last_, last_times_);
}

std::vector<Choice> Choices::first(std::uint64_t count) const {
  count = std::min(count, size_);
  std::vector<Choice> choices;
  choices.reserve(count);
  stretches([&](Choice choice, std::uint64_t times) {
    choices.insert(choices.end(), std::min<std::uint64_t>(times, count - choices.size()), choice);
    return choices.size() < count;
  });
  return choices;
}

void Choices::for_each(const std::function<void(Choice)>& visit) const {
  stretches([&](Choice choice, std::uint64_t times) {
    for (; times > 0; --times) visit(choice);
    return true;
  });
}

}  // namespace lockstep
