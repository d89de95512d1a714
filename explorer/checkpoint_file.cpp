// The file beside has one name for all who write to `path`, so that those who were killed leave one
// at most; who writes holds a lock on it (flock), and a second one does not write.
#include "explorer/checkpoint_file.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace lockstep {
namespace {

constexpr std::size_t held_max = std::size_t{1} << 20;
constexpr std::string_view magic = "lockstep checkpoint\n";
// Numbers that are written as they lie in memory mean something only to who has them so.
constexpr std::uint32_t order_of_bytes = 0x01020304;
constexpr std::size_t head_bytes = magic.size() + sizeof order_of_bytes;
constexpr std::size_t hash_bytes = 16;

std::string reason(int error) { return std::strerror(error); }  // NOLINT(concurrency-mt-unsafe)

int write_all(int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

// False: there are not so many, or they cannot be read.
bool read_all(int descriptor, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::read(descriptor, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

// A file that is nobody's but ours, empty; -1: errno says why not.
int open_beside(const std::string& path) {
  for (;;) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) return -1;
    struct stat ours {
    }, named{};
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && ::fstat(descriptor, &ours) == 0) {
      // Another may have given it its final name between our open() and our lock.
      if (::stat(path.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
          ours.st_dev == named.st_dev) {
        if (::ftruncate(descriptor, 0) == 0) return descriptor;
      } else {
        ::close(descriptor);
        continue;
      }
    }
    const int error = errno;
    ::close(descriptor);
    errno = error;
    return -1;
  }
}

// That a file has a name is on the disk only if its folder is.
int sync_folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const int descriptor =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int error = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
  ::close(descriptor);
  return error;
}

std::array<std::byte, hash_bytes> digest_of(const XXH3_state_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&hash));
  std::array<std::byte, hash_bytes> bytes{};
  static_assert(sizeof canonical.digest == hash_bytes);
  std::memcpy(bytes.data(), canonical.digest, hash_bytes);
  return bytes;
}

}  // namespace

struct CheckpointWriter::Hash {
  XXH3_state_t state;
};

CheckpointWriter::CheckpointWriter(const std::string& path)
    : hash_(std::make_unique<Hash>()), target_(path) {
  XXH3_128bits_reset(&hash_->state);
  held_.reserve(held_max);
  std::error_code ignored;
  if (std::filesystem::is_symlink(path, ignored)) {
    const auto resolved = std::filesystem::weakly_canonical(path, ignored);
    if (!ignored) target_ = resolved.string();
  }
  beside_ = target_ + ".tmp";
  descriptor_ = open_beside(beside_);
  if (descriptor_ < 0) error_ = errno;
  bytes(std::as_bytes(std::span(magic)));
  words<std::uint32_t>({&order_of_bytes, 1});
}

CheckpointWriter::~CheckpointWriter() {
  if (descriptor_ < 0) return;
  ::unlink(beside_.c_str());
  ::close(descriptor_);
}

void CheckpointWriter::number(std::uint64_t n) {
  std::array<std::byte, 10> coded;
  std::size_t count = 0;
  for (; n >= 128; n >>= 7) coded[count++] = static_cast<std::byte>(n | 128U);
  coded[count++] = static_cast<std::byte>(n);
  bytes(std::span(coded).first(count));
}

void CheckpointWriter::text(std::string_view text) {
  number(text.size());
  bytes(std::as_bytes(std::span(text)));
}

void CheckpointWriter::bytes(std::span<const std::byte> bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), held_max - held_.size());
    held_.insert(held_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    if (held_.size() == held_max) write_held();
  }
}

void CheckpointWriter::write_held() {
  XXH3_128bits_update(&hash_->state, held_.data(), held_.size());
  if (is_whole()) error_ = write_all(descriptor_, held_);
  held_.clear();
}

std::optional<std::string> CheckpointWriter::finish() {
  write_held();
  const auto hash = digest_of(hash_->state);
  if (is_whole()) error_ = write_all(descriptor_, hash);
  if (is_whole() && ::fsync(descriptor_) != 0) error_ = errno;
  struct stat old {};
  // What is no file (a device, a pipe) is not replaced by one.
  if (is_whole() && ::stat(target_.c_str(), &old) == 0) {
    if (!S_ISREG(old.st_mode)) error_ = S_ISDIR(old.st_mode) ? EISDIR : EINVAL;
    if (is_whole() && ::fchmod(descriptor_, old.st_mode & 07777) != 0) error_ = errno;
  }
  if (is_whole() && ::rename(beside_.c_str(), target_.c_str()) != 0) error_ = errno;
  if (!is_whole()) return reason(error_);
  ::close(std::exchange(descriptor_, -1));
  if (const int error = sync_folder_of(target_); error != 0) return reason(error);
  return std::nullopt;
}

std::optional<CheckpointReader> CheckpointReader::open(const std::string& path, std::string& why) {
  CheckpointReader reader;
  reader.descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat file {};
  if (reader.descriptor_ < 0 || ::fstat(reader.descriptor_, &file) != 0) {
    why = reason(errno);
    return std::nullopt;
  }
  if (!S_ISREG(file.st_mode)) {
    why = S_ISDIR(file.st_mode) ? reason(EISDIR) : "it is no regular file";
    return std::nullopt;
  }
  const auto size = static_cast<std::uint64_t>(file.st_size);
  std::array<std::byte, head_bytes> head{};
  std::uint32_t order = 0;
  const bool has_head = size >= head_bytes + hash_bytes && read_all(reader.descriptor_, head) &&
                        std::equal(head.begin(), head.begin() + magic.size(),
                                   std::as_bytes(std::span(magic)).begin());
  if (!has_head) {
    why = size < head_bytes + hash_bytes ? "it is too short for a checkpoint of lockstep"
                                         : "it is no checkpoint of lockstep";
    return std::nullopt;
  }
  std::memcpy(&order, head.data() + magic.size(), sizeof order);
  if (order != order_of_bytes) {
    why = "it was written on a machine with another order of bytes, or is damaged";
    return std::nullopt;
  }

  XXH3_state_t hash;
  XXH3_128bits_reset(&hash);
  XXH3_128bits_update(&hash, head.data(), head.size());
  reader.held_.resize(held_max);
  std::uint64_t left = size - head_bytes - hash_bytes;
  const std::uint64_t content = left;
  while (left > 0) {
    const auto piece = std::span(reader.held_).first(std::min<std::uint64_t>(left, held_max));
    if (!read_all(reader.descriptor_, piece)) break;
    XXH3_128bits_update(&hash, piece.data(), piece.size());
    left -= piece.size();
  }
  std::array<std::byte, hash_bytes> said{};
  if (left > 0 || !read_all(reader.descriptor_, said) || said != digest_of(hash)) {
    why = "it is damaged or cut short: its " + std::to_string(size) +
          " bytes do not have the checksum that stands at their end";
    return std::nullopt;
  }
  if (::lseek(reader.descriptor_, static_cast<off_t>(head_bytes), SEEK_SET) < 0) {
    why = reason(errno);
    return std::nullopt;
  }
  reader.held_.clear();
  reader.left_ = reader.unread_ = content;
  return reader;
}

CheckpointReader::~CheckpointReader() {
  if (descriptor_ >= 0) ::close(descriptor_);
}
CheckpointReader::CheckpointReader(CheckpointReader&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      left_(other.left_),
      unread_(other.unread_),
      held_(std::move(other.held_)),
      at_(other.at_),
      fault_(std::move(other.fault_)) {}
CheckpointReader& CheckpointReader::operator=(CheckpointReader&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(left_, other.left_);
  std::swap(unread_, other.unread_);
  std::swap(held_, other.held_);
  std::swap(at_, other.at_);
  std::swap(fault_, other.fault_);
  return *this;
}

void CheckpointReader::fail(std::string_view what) {
  if (fault_.empty()) fault_ = what;
}

bool CheckpointReader::fill() {
  held_.resize(std::min<std::uint64_t>(unread_, held_max));
  at_ = 0;
  if (!held_.empty() && read_all(descriptor_, held_)) {
    unread_ -= held_.size();
    return true;
  }
  held_.clear();
  fail("it ends too early");
  return false;
}

void CheckpointReader::bytes(std::span<std::byte> into) {
  if (!expect(into.size() <= left_, "it ends too early")) {
    std::ranges::fill(into, std::byte{0});
    return;
  }
  left_ -= into.size();
  while (!into.empty()) {
    if (at_ == held_.size() && !fill()) return std::ranges::fill(into, std::byte{0}), void();
    const std::size_t count = std::min(into.size(), held_.size() - at_);
    std::copy_n(held_.begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
    at_ += count;
    into = into.subspan(count);
  }
}

std::uint64_t CheckpointReader::number(std::uint64_t max) {
  std::uint64_t result = 0;
  for (unsigned shift = 0; fits(); shift += 7) {
    std::byte next{};
    if (left_ > 0 && at_ < held_.size()) {
      next = held_[at_++];
      --left_;
    } else {
      bytes({&next, 1});
    }
    const std::uint64_t bits = static_cast<std::uint64_t>(next) & 127U;
    if (!expect(shift < 64 && bits << shift >> shift == bits, "a number is too large")) break;
    result |= bits << shift;
    if (static_cast<std::uint64_t>(next) < 128) break;
  }
  expect(result <= max, "a number is too large");
  return fits() ? result : 0;
}

std::uint64_t CheckpointReader::count(std::uint64_t bytes_each) {
  const std::uint64_t result = number();
  return expect(result <= left_ / bytes_each, "it says of more than it holds") ? result : 0;
}

std::string CheckpointReader::text() {
  std::string result(count(1), '\0');
  bytes(std::as_writable_bytes(std::span(result)));
  return fits() ? result : std::string();
}

bool CheckpointReader::finish() { return expect(left_ == 0, "it holds more than is read of it"); }

}  // namespace lockstep
