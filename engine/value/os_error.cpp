#include "engine/value/os_error.h"

#include <cerrno>

namespace lockstep {

ExceptionKind os_error_of(std::int64_t number) {
  switch (number) {
    case EAGAIN:
    case EALREADY:
    case EINPROGRESS:
      return ExceptionKind::blocking_io_error;
    case EPIPE:
    case ESHUTDOWN:
      return ExceptionKind::broken_pipe_error;
    case ECHILD:
      return ExceptionKind::child_process_error;
    case ECONNABORTED:
      return ExceptionKind::connection_aborted_error;
    case ECONNREFUSED:
      return ExceptionKind::connection_refused_error;
    case ECONNRESET:
      return ExceptionKind::connection_reset_error;
    case EEXIST:
      return ExceptionKind::file_exists_error;
    case ENOENT:
      return ExceptionKind::file_not_found_error;
    case EISDIR:
      return ExceptionKind::is_a_directory_error;
    case ENOTDIR:
      return ExceptionKind::not_a_directory_error;
    case EINTR:
      return ExceptionKind::interrupted_error;
    case EACCES:
    case EPERM:
      return ExceptionKind::permission_error;
    case ESRCH:
      return ExceptionKind::process_lookup_error;
    case ETIMEDOUT:
      return ExceptionKind::timeout_error;
    default:
      return ExceptionKind::os_error;
  }
}

std::optional<OsErrorParts> os_error_parts(const ValueTable& values, Value exception) {
  const ExceptionKind kind = values.exception_kind(exception);
  const std::span<const Value> all = values.items(exception);
  if (!is_subclass(kind, ExceptionKind::os_error) || all.size() < 2 || all.size() > 5) {
    return std::nullopt;
  }
  OsErrorParts parts{all[0], all[1], none_value, none_value, all};
  // A BlockingIOError takes a number for what was written.
  const ValueKind third = all.size() > 2 ? values.kind(all[2]) : ValueKind::none;
  const bool is_number = third == ValueKind::integer || third == ValueKind::boolean;
  if (third == ValueKind::none || (kind == ExceptionKind::blocking_io_error && is_number)) {
    return parts;
  }
  parts.file = all[2];
  if (all.size() == 5) parts.other_file = all[4];
  parts.arguments = all.first(2);
  return parts;
}

}  // namespace lockstep
