#include "report/outcomes_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "report/words.h"

namespace lockstep {
namespace {

constexpr std::size_t value_width_max = 24;
constexpr std::size_t gap = 2;

struct Column {
  std::string heading;
  std::vector<std::string> cells;
  bool to_the_right = false;

  std::size_t width() const {
    std::size_t width = display_width(heading);
    for (const std::string& cell : cells) width = std::max(width, display_width(cell));
    return width;
  }
};

std::string exceptions_cell(const ExploredOutcome& outcome) {
  std::string text;
  for (const auto& [thread, line] : outcome.exceptions) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{}: {}", printable(thread), printable(line));
  }
  return text;
}

std::string stuck_cell(const ExploredOutcome& outcome) {
  std::vector<std::string> names;
  for (const std::string& name : outcome.stuck) names.push_back(printable(name));
  return listed(names);
}

// A column each for the names that every outcome has, in its order.
std::vector<Column> variable_columns(std::span<const ExploredOutcome> outcomes) {
  std::vector<Column> columns;
  for (const auto& [name, value] : outcomes.front().variables) {
    columns.push_back({printable(name), {}, true});
  }
  for (const ExploredOutcome& outcome : outcomes) {
    for (std::size_t i = 0; i < columns.size() && i < outcome.variables.size(); ++i) {
      columns[i].cells.push_back(
          shortened(printable(outcome.variables[i].second), value_width_max));
    }
  }
  return columns;
}

// The same in one column: "n = 98, done = true".
Column joined_variables(std::span<const ExploredOutcome> outcomes) {
  Column column{"variables", {}};
  for (const ExploredOutcome& outcome : outcomes) {
    std::string cell;
    for (const auto& [name, value] : outcome.variables) {
      if (!cell.empty()) cell += ", ";
      cell += fmt::format("{} = {}", printable(name), printable(value));
    }
    column.cells.push_back(std::move(cell));
  }
  return column;
}

std::size_t total_width(const std::vector<Column>& columns) {
  std::size_t width = 0;
  for (const Column& column : columns) width += column.width() + gap;
  return width;
}

void drop_if_empty(std::vector<Column>& columns, Column column) {
  const bool empty = std::all_of(column.cells.begin(), column.cells.end(),
                                 [](const std::string& cell) { return cell.empty(); });
  if (!empty) columns.push_back(std::move(column));
}

std::string line_of(const std::vector<Column>& columns, std::size_t width,
                    const std::string& (*cell_of)(const Column&, std::size_t), std::size_t row) {
  std::string line;
  for (const Column& column : columns) {
    const std::string& cell = cell_of(column, row);
    if (!line.empty()) line.append(gap, ' ');
    if (column.to_the_right) line.append(column.width() - display_width(cell), ' ');
    line += column.to_the_right ? cell : padded(cell, column.width());
  }
  line = shortened(line, width - gap);
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string outcomes_text(std::span<const ExploredOutcome> outcomes, std::size_t width,
                          const Paint& paint, std::size_t rows_max) {
  if (outcomes.empty()) return {};
  const auto shown = outcomes.first(std::min(rows_max, outcomes.size()));

  std::vector<Column> columns{{"states", {}, true}, {"ends", {}}};
  Column exceptions{"exceptions", {}}, stuck{"stuck", {}};
  for (const ExploredOutcome& outcome : shown) {
    const bool finished = outcome.status == ExploredOutcome::Status::finished;
    columns[0].cells.push_back(grouped(outcome.states));
    columns[1].cells.emplace_back(finished ? "finished" : "deadlock");
    exceptions.cells.push_back(exceptions_cell(outcome));
    stuck.cells.push_back(stuck_cell(outcome));
  }
  std::vector<Column> tail;
  drop_if_empty(tail, std::move(stuck));
  drop_if_empty(tail, std::move(exceptions));

  std::vector<Column> variables = variable_columns(shown);
  if (total_width(columns) + total_width(variables) + total_width(tail) > width) {
    variables = {joined_variables(shown)};
  }
  for (Column& column : variables) columns.push_back(std::move(column));
  for (Column& column : tail) columns.push_back(std::move(column));

  std::string text =
      fmt::format("{}\n", paint(Ink::strong, counted(outcomes.size(), "distinct outcome")));
  text += fmt::format(
      "  {}\n", paint(Ink::quiet, line_of(
                                      columns, width,
                                      [](const Column& column, std::size_t) -> const std::string& {
                                        return column.heading;
                                      },
                                      0)));
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::string line = line_of(
        columns, width,
        [](const Column& column, std::size_t row) -> const std::string& {
          return column.cells[row];
        },
        i);
    const bool finished = shown[i].status == ExploredOutcome::Status::finished;
    text += fmt::format("  {}\n", paint(finished ? Ink::plain : Ink::bad, line));
  }
  if (shown.size() < outcomes.size()) {
    text += fmt::format("  and {} more; --report json has all\n",
                        grouped(outcomes.size() - shown.size()));
  }
  return text;
}

}  // namespace lockstep
