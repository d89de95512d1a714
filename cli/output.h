// Where results and messages go: standard output and standard error, and files that are there
// whole or not at all.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "report/paint.h"

namespace lockstep {

enum class ColourWish { automatic, always, never };

// Standard output carries the results, standard error all else. A reader that has gone away
// (a closed pipe) is no fault: what is written after that is dropped.
class Console {
 public:
  Console();  // asks the environment whether colours are wanted
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  void wish_colour(ColourWish wish) { wish_ = wish; }
  Paint paint() const;        // for standard output
  std::size_t width() const;  // columns of standard output; 100 where it is no terminal

  void out(std::string_view text);
  void err(std::string_view text);  // after all that went to out()
  bool reader_is_gone() const { return gone_; }
  // Writes what is held back. False: standard output could not take it all, and why.
  bool flush(std::string* why = nullptr);

  // A line on standard error that is overwritten by the next and cleared by an empty one. Only
  // on a terminal; nothing elsewhere.
  bool shows_progress() const { return err_is_terminal_; }
  void progress(std::string_view line);

 private:
  void write(int descriptor, std::string_view text);

  ColourWish wish_ = ColourWish::automatic;
  bool out_is_terminal_, err_is_terminal_;
  bool gone_ = false;
  int fault_ = 0;  // errno of the first write that failed otherwise
  bool progress_shown_ = false;
  std::string held_;  // of standard output
};

// Whether to use colours when nobody said so on the command line: NO_COLOR, then
// CLICOLOR_FORCE, then CLICOLOR, then whether it is a terminal that can.
bool environment_wants_colour(bool is_terminal);

// Into a new file beside `path`, which then takes its name: a reader sees the old content or
// the new, never a part. What is no regular file (a device, a pipe) is written to directly;
// "-" is standard output. Nothing: done; else why not.
std::optional<std::string> write_file(Console& console, const std::string& path,
                                      std::string_view text);

}  // namespace lockstep
