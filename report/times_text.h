// Where the virtual time of a run went, for people: a table of the threads, and a drawing.
//
//   thread         cpu  waits for the GIL  sleeps  blocked
//   MainThread  103 us             1.0 us       -  2.0 s on T1 (join)
//   T1          2.0 us                  -   2.0 s  -
//   total 2.0 s of virtual time
//
//   T1          #zzzzzzzzzzzzzzzzzz
//
// Tested by tests/report/times_text_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/run/times.h"
#include "report/paint.h"

namespace lockstep {

// "-", "850 ns", "12 us", then as seconds_text has it.
std::string nanoseconds_text(std::int64_t time_ns);

// One line a thread, or more where it was blocked on much; threads beyond `rows_max` are summed
// in one.
std::string times_text(const RunTimes& times, std::size_t width, const Paint& paint,
                       std::size_t rows_max = 12);

// One row a thread, one column for each slice of the total; a letter says what took most of its
// slice. Needs times whose spans were kept.
std::string timeline_text(const RunTimes& times, std::size_t width, const Paint& paint);

}  // namespace lockstep
