// A folder on a disk that holds what a search has no memory for.
//
// A large table is then the content of a file there that has no name any more, mapped into memory:
// where memory gets scarce the system writes it out and reads it again, instead of ending the
// process; and when the process ends, however it does, the file is gone. Each file has all of its
// room on the disk before it is used (posix_fallocate), because a disk that is found full at a
// write to memory is a SIGBUS. A disk that is full is no fault: has_room() says so, the table lies
// in memory once more, and the search is to end.
//
// One thread at a time may ask for memory and give it back; any may use it.
// Tested by tests/explorer/spill_folder_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace lockstep {

class SpillFolder {
 public:
  // What is smaller is not worth a file.
  static constexpr std::size_t bytes_min = std::size_t{2} << 20;

  explicit SpillFolder(std::string path) : path_(std::move(path)) {}
  ~SpillFolder();  // all has been given back
  SpillFolder(const SpillFolder&) = delete;
  SpillFolder& operator=(const SpillFolder&) = delete;

  // Why there can be no files in it; nothing: there can.
  std::optional<std::string> cannot_use();

  // So many bytes, at the beginning of a page; null: there is no room, and has_room() says no from
  // now on.
  void* allocate(std::size_t bytes);
  // False: the memory is not from here.
  bool free(void* memory) noexcept;

  bool has_room() const { return failed_.empty(); }
  const std::string& failed() const { return failed_; }  // "No space left on device"
  std::uint64_t bytes() const { return bytes_; }         // given out
  std::uint64_t bytes_most() const { return bytes_most_; }

 private:
  int open_nameless() const;

  std::string path_, failed_;
  std::map<void*, std::size_t> given_;
  std::uint64_t bytes_ = 0, bytes_most_ = 0;
};

}  // namespace lockstep
