// A run for people, step by step: a column for each thread, where it stands in the scenario,
// what changed, and who has to wait or can go on because of it.
//
//   step  seconds  line  T1                      T2                        then
//      1 0.000101    12  acquire mutexA                                    mutexA: free -> T1
//      2 0.000101    12                          acquire mutexA:           ...
//                                                BLOCKED, held by T1
//
// Where three or four threads leave no room for the last column, its news stand below each step.
// Streams: nothing is kept from step to step. Threads that do not fit side by side, or that
// are only known once they are created, share one column that names them. A MainThread whose
// code the scenario does not write has no column of its own; its steps go across.
//
// Tested by tests/report/trace_text_test.cpp.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/program/program.h"
#include "engine/run/trace.h"
#include "report/paint.h"

namespace lockstep {

class TraceText : public TraceSink {
 public:
  static constexpr std::size_t usual_width = 100;  // columns of a terminal
  // `write` is called with whole lines, the heading before the first step. The program must outlive
  // it.
  TraceText(const Program& program, std::function<void(std::string_view)> write, Paint paint,
            std::size_t width = usual_width);
  void on_trace_step(const TraceStep& step) override;
  bool wants_runnable() const override { return false; }

 private:
  struct Line;  // of one step
  void write_heading();
  std::vector<Line> lines_of(const TraceStep& step) const;
  std::vector<std::string> news_of(const TraceStep& step) const;
  void write_line(const Line& line, std::string_view news);
  std::size_t column_of(const TraceStep& step) const;

  const Program& program_;
  std::function<void(std::string_view)> write_;
  Paint paint_;
  bool has_heading_ = false;
  std::vector<std::string> columns_;  // names of threads; empty: one column for all
  std::vector<std::size_t> threads_;  // ThreadId of each column
  std::size_t name_width_ = 0;        // of a thread's name, where one column is for all
  std::size_t column_width_ = 0;
  std::size_t news_width_ = 0;  // 0: news stand below
};

}  // namespace lockstep
