// engine/value/exceptions.h
#include <catch2/catch.hpp>

#include "engine/value/exceptions.h"

namespace lockstep {

TEST_CASE("Exception classes: each has its name and is found by it", "[engine][value]") {
  CHECK(exception_name(ExceptionKind::zero_division_error) == "ZeroDivisionError");
  CHECK(exception_named("ZeroDivisionError") == ExceptionKind::zero_division_error);
  CHECK_FALSE(exception_named("zero_division_error").has_value());
  for (std::size_t i = 0; i < exception_kinds; ++i) {
    const auto kind = static_cast<ExceptionKind>(i);
    CAPTURE(exception_key(kind));
    CHECK(exception_named(exception_key(kind)) == kind);
    CHECK(is_subclass(kind, kind));
    CHECK(is_subclass(kind, ExceptionKind::base_exception));
  }
}

TEST_CASE("Exception classes: one of multiprocessing has the name of another", "[engine][value]") {
  CHECK(exception_name(ExceptionKind::mp_timeout_error) == "TimeoutError");
  CHECK(exception_key(ExceptionKind::mp_timeout_error) == "mp.TimeoutError");
  CHECK(exception_named("TimeoutError") == ExceptionKind::timeout_error);
  CHECK_FALSE(is_subclass(ExceptionKind::mp_timeout_error, ExceptionKind::timeout_error));
}

TEST_CASE("Exception classes: only a traceback names the module", "[engine][value]") {
  CHECK(exception_name(ExceptionKind::queue_empty) == "Empty");
  CHECK(exception_full_name(ExceptionKind::queue_empty) == "_queue.Empty");
  CHECK(exception_full_name(ExceptionKind::queue_full) == "queue.Full");
  CHECK(exception_full_name(ExceptionKind::key_error) == "KeyError");
  CHECK_FALSE(exception_named("_queue.Empty").has_value());
}

TEST_CASE("Exception classes: an except clause catches what derives from its class",
          "[engine][value]") {
  struct Row {
    ExceptionKind kind, ancestor;
    bool caught;
  };
  const Row row = GENERATE(values<Row>({
      {ExceptionKind::key_error, ExceptionKind::lookup_error, true},
      {ExceptionKind::key_error, ExceptionKind::exception, true},
      {ExceptionKind::key_error, ExceptionKind::index_error, false},
      {ExceptionKind::lookup_error, ExceptionKind::key_error, false},
      {ExceptionKind::timeout_error, ExceptionKind::os_error, true},
      {ExceptionKind::unicode_decode_error, ExceptionKind::value_error, true},
      {ExceptionKind::system_exit, ExceptionKind::exception, false},
      {ExceptionKind::keyboard_interrupt, ExceptionKind::exception, false},
      {ExceptionKind::not_implemented_error, ExceptionKind::runtime_error, true},
  }));
  CAPTURE(exception_name(row.kind), exception_name(row.ancestor));
  CHECK(is_subclass(row.kind, row.ancestor) == row.caught);
}

}  // namespace lockstep
