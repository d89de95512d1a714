// --report FORMAT[=FILE]: which reports go where.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/output.h"
#include "report/paint.h"

namespace lockstep {

struct ReportTarget {
  std::string format;
  std::string path;  // "-": standard output
};

// As given on the command line, checked: a format that there is, one report at most on standard
// output, files that could be written now. Without any on standard output the text goes there,
// so that a log of a run with --report json=FILE still says what happened. Nothing: something
// is wrong, which has been said.
std::optional<std::vector<ReportTarget>> report_targets(Console& console, const Command& command,
                                                        const std::vector<std::string>& given,
                                                        const std::vector<std::string>& formats);

// False: it could not be written, and that has been said.
bool write_report(Console& console, const Command& command, const ReportTarget& target,
                  std::string_view text);

// Writes all of them: in JSON what `json` gives, else what `text` gives, in which a line may be so
// wide, painted if it is for a terminal. False as above.
bool write_reports(Console& console, const Command& command, std::span<const ReportTarget> targets,
                   const std::function<std::string()>& json,
                   const std::function<std::string(std::size_t width, const Paint& paint)>& text);

// Whether a file of this name could be written, before hours of work go into its content. Nothing:
// yes; else why not. The file is not touched.
std::optional<std::string> cannot_write(const std::string& path);

}  // namespace lockstep
