#include "explorer/spill_folder.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "engine/assert.h"

namespace lockstep {
namespace {

std::string reason(int error) { return std::strerror(error); }  // NOLINT(concurrency-mt-unsafe)

}  // namespace

SpillFolder::~SpillFolder() {
  LOCKSTEP_ASSERT(given_.empty(), "who got memory of a folder gives it back before that is gone");
}

// -1: errno says why not.
int SpillFolder::open_nameless() const {
#if defined(O_TMPFILE)
  const int descriptor = ::open(path_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return descriptor;
#endif
  std::string name = path_ + "/lockstep-spill-XXXXXX";
  const int named = ::mkstemp(name.data());
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

std::optional<std::string> SpillFolder::cannot_use() {
  struct stat its {};
  if (::stat(path_.c_str(), &its) != 0) return reason(errno);
  if (!S_ISDIR(its.st_mode)) return reason(ENOTDIR);
  const int descriptor = open_nameless();
  if (descriptor < 0) return reason(errno);
  ::close(descriptor);
  return std::nullopt;
}

void* SpillFolder::allocate(std::size_t bytes) {
  if (!has_room()) return nullptr;
  const int descriptor = open_nameless();
  int error = descriptor < 0 ? errno : 0;
  void* memory = MAP_FAILED;
  if (error == 0) {
    do {
      error = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
    } while (error == EINTR);
  }
  if (error == 0) {
    memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (memory == MAP_FAILED) error = errno;
  }
  if (descriptor >= 0) ::close(descriptor);  // the mapping keeps the file
  if (error != 0) {
    failed_ = reason(error);
    return nullptr;
  }
  given_.emplace(memory, bytes);
  bytes_ += bytes;
  bytes_most_ = std::max(bytes_most_, bytes_);
  return memory;
}

bool SpillFolder::free(void* memory) noexcept {
  const auto its = given_.find(memory);
  if (its == given_.end()) return false;
  ::munmap(memory, its->second);
  bytes_ -= its->second;
  given_.erase(its);
  return true;
}

}  // namespace lockstep
