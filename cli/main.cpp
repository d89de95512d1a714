// The program: command_line.cpp has the verbs, each cli/<verb>.cpp does one.
#include <fmt/format.h>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/signals.h"

int main(int argc, char** argv) {
  using namespace lockstep;
  catch_signals();
  Console console;
  // The last catch. Whoever calls a library that throws catches that himself, so what arrives
  // here is a fault of ours; but for memory, which can run out anywhere.
  try {
    const Exit exit = run_command_line({argv + std::min(argc, 1), argv + argc}, console);
    return static_cast<int>(exit);
  } catch (const std::bad_alloc&) {
    console.err("lockstep: out of memory; --max-memory ends a search before that\n");
  } catch (const std::exception& fault) {
    console.err(
        fmt::format("lockstep: internal fault: {}\n"
                    "please report this together with the scenario\n",
                    fault.what()));
  }
  return static_cast<int>(Exit::internal_fault);
}
