// A file of numbers that is there whole or not at all, and is read only if it is as it was written.
//
// The writer fills a file beside the one that is meant, which takes its name once all of it is on
// the disk: a process that is killed, or a disk that is full, leaves what was there before. The
// reader looks at every byte before it hands out the first one: the last sixteen are the XXH3
// hash of all others (xxHash, 128 bits). Beyond that it believes no count: what is said to follow
// must fit in what is left, so that no file makes its reader allocate more than a few times its own
// size.
//
// Tested by tests/explorer/checkpoint_test.cpp and tests/cli/checkpoint_test.py.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

class CheckpointWriter {
 public:
  // Begins the file that is to become `path`. Links stay links: what they point to is replaced.
  explicit CheckpointWriter(const std::string& path);
  ~CheckpointWriter();  // without finish() nothing has happened to `path`
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  void number(std::uint64_t n);  // seven bits a byte
  void text(std::string_view text);
  void bytes(std::span<const std::byte> bytes);  // as they are; how many is the reader's to know
  template <class T>
  void words(std::span<const T> words) {
    bytes(std::as_bytes(words));
  }

  // Gives the file its name. Nothing: done; else why not ("No space left on device").
  std::optional<std::string> finish();
  std::uint64_t size() const { return size_; }  // bytes so far

 private:
  void write_held();
  bool is_whole() const { return error_ == 0; }

  struct Hash;
  std::unique_ptr<Hash> hash_;
  std::string target_, beside_;
  int descriptor_ = -1;
  int error_ = 0;  // errno of what failed first
  std::vector<std::byte> held_;
  std::uint64_t size_ = 0;
};

class CheckpointReader {
 public:
  // Reads all of the file once. Nothing: it cannot be read or is no checkpoint as it was written,
  // and `why` says so.
  static std::optional<CheckpointReader> open(const std::string& path, std::string& why);
  ~CheckpointReader();
  CheckpointReader(CheckpointReader&&) noexcept;
  CheckpointReader& operator=(CheckpointReader&&) noexcept;

  // Once something does not fit, nothing does: 0, or empty. `max`: what would be too much.
  std::uint64_t number(std::uint64_t max = ~std::uint64_t{0});
  std::uint32_t number32() { return static_cast<std::uint32_t>(number(0xffffffffU)); }
  std::string text();
  void bytes(std::span<std::byte> into);
  template <class T>
  void words(std::span<T> into) {
    bytes(std::as_writable_bytes(into));
  }
  // How many of something follow, each of so many bytes at least.
  std::uint64_t count(std::uint64_t bytes_each);

  bool fits() const { return fault_.empty(); }
  void fail(std::string_view what);                 // "a value is none"
  bool expect(bool holds, std::string_view what) {  // fits(), and this
    if (!holds) fail(what);
    return fits();
  }
  // Requires: all has been read. Whether it fitted, to the last byte.
  bool finish();
  const std::string& fault() const { return fault_; }

 private:
  CheckpointReader() = default;
  bool fill();

  int descriptor_ = -1;
  std::uint64_t left_ = 0;    // bytes before the hash that have not been handed out
  std::uint64_t unread_ = 0;  // of these, still in the file
  std::vector<std::byte> held_;
  std::size_t at_ = 0;
  std::string fault_;
};

}  // namespace lockstep
