// engine/step/step.cpp: what a step is, which choices there are, how a process ends.
#include "engine/step/step.h"

#include <catch2/catch.hpp>

#include <memory>
#include <set>
#include <string>

#include "engine/value/text.h"
#include "language/load.h"

using namespace lockstep;

namespace {

// A program at its beginning, and the few things that these tests do with it.
struct Bench {
  explicit Bench(const std::string& body, const std::string& gil = "3.12") {
    const Loaded loaded = load(
        "test.json", R"s({"lockstep": 1, "machine": {"gil": ")s" + gil + R"s("}, )s" + body + "}");
    INFO(body);
    if (!loaded.program) {
      FAIL((loaded.complaints.empty()
                ? ""
                : loaded.complaints[0].place.pointer + ": " + loaded.complaints[0].message));
    }
    program = std::make_unique<Program>(*loaded.program);
    REQUIRE(verify(*program).empty());
    machine = std::make_unique<Machine>(*program);
    state = initial_state(*machine);
  }
  ThreadId thread(const std::string& name) const { return *program->thread_named(name); }
  std::vector<Choice> choices() const {
    std::vector<Choice> all;
    enabled(*machine, state, all);
    return all;
  }
  // "T1 T2! T3=0 T3=1": steps, timeouts, items of a choose.
  std::string can() const {
    std::string text;
    for (Choice choice : choices()) {
      if (!text.empty()) text += " ";
      text += machine->values().as_text(thread_name_value(*program, state, choice.thread));
      if (choice.kind == Choice::Kind::timeout) text += "!";
      if (choice.kind == Choice::Kind::choose) text += "=" + std::to_string(choice.value);
    }
    return text;
  }
  StepInfo take(const std::string& name, Choice::Kind kind = Choice::Kind::step,
                std::uint32_t value = 0) {
    return take(thread(name), kind, value);
  }
  StepInfo take(ThreadId who, Choice::Kind kind = Choice::Kind::step, std::uint32_t value = 0) {
    const Choice choice{who, kind, value};
    INFO(dump(*machine, state));
    REQUIRE(is_enabled(*machine, state, choice));
    const StepInfo info = step(*machine, state, choice);
    const std::vector<std::string> faults = audit(*machine, state);
    INFO((faults.empty() ? "" : faults[0]));
    REQUIRE(faults.empty());
    return info;
  }
  std::string value(const std::string& name) const {
    return repr(machine->values(), global(state, *program->global_named(name)),
                StateNames(*machine, state));
  }
  std::string raised(const std::string& name) const {
    const Value exception = uncaught(*machine, state, thread(name));
    if (exception == none_value) return "";
    return exception_line(machine->values(), exception, StateNames(*machine, state));
  }
  Life lives(const std::string& name) const { return life(*program, state, thread(name)); }

  std::unique_ptr<Program> program;
  std::unique_ptr<Machine> machine;
  State state;
};

}  // namespace

TEST_CASE("step: the GIL model says how many operations a step has", "[engine][step]") {
  struct Row {
    const char* gil;
    int steps;  // of T1, until it has ended
  };
  // n = n - 1 is a load and a store. Under 3.12 nothing between them is a place to switch.
  const Row row =
      GENERATE(values<Row>({{"3.9", 2}, {"3.12", 1}, {"free-threaded", 2}, {"none", 2}}));
  CAPTURE(row.gil);
  Bench bench(R"s("variables": {"n": 3}, "threads": {"T1": [{"set": "n", "to": "n - 1"}]})s",
              row.gil);
  int steps = 0;
  while (bench.lives("T1") == Life::alive) {
    bench.take("T1");
    ++steps;
  }
  CHECK(steps == row.steps);
  CHECK(bench.value("n") == "2");
}

TEST_CASE("step: under 3.12 a call between read and write is a place to switch", "[engine][step]") {
  struct Row {
    const char* statement;
    int steps;
  };
  const Row row = GENERATE(values<Row>({
      {R"s({"set": "n", "to": "n - 1"})s", 1},
      {R"s({"set": "n", "to": "n - int(1)"})s", 2},          // a C call
      {R"s({"set": "n", "to": "n - one()"})s", 2},           // a function entry
      {R"s({"set": "n", "to": "n - one() - int(1)"})s", 2},  // two places, nothing visible between
  }));
  CAPTURE(row.statement);
  Bench bench(std::string(R"s("variables": {"n": 3}, "functions": {"one": [{"return": 1}]},
      "threads": {"T1": [)s") +
              row.statement + "]}");
  int steps = 0;
  while (bench.lives("T1") == Life::alive) {
    bench.take("T1");
    ++steps;
  }
  CHECK(steps == row.steps);
}

TEST_CASE("step: a taken lock blocks, a release makes it free for whoever comes first",
          "[engine][step]") {
  Bench bench(
      R"s("objects": {"m": "Lock"}, "functions": {"f": [{"acquire": "m"}, {"release": "m"}]},
      "threads": {"T1": {"target": "f"}, "T2": {"target": "f"}, "T3": {"target": "f"}})s");
  CHECK(bench.can() == "T1 T2 T3");
  bench.take("T1");
  CHECK(bench.can() == "T1");
  CHECK(owner(*bench.machine, bench.state, {0}) == bench.thread("T1"));
  bench.take("T1");
  CHECK(bench.can() == "T2 T3");
  bench.take("T3");
  CHECK(bench.can() == "T3");
  bench.take("T3");
  bench.take("T2");
  bench.take("T2");
  CHECK(bench.can() == "MainThread");  // its join of all
  bench.take("MainThread");
  CHECK(has_exited(bench.state));
  CHECK(bench.can().empty());
}

TEST_CASE("step: a timeout can fire exactly while its thread is blocked", "[engine][step]") {
  Bench bench(R"s("objects": {"m": "Lock"}, "variables": {"got": null},
      "threads": {"T1": [{"acquire": "m"}, {"sleep": 1}, {"release": "m"}],
                  "T2": [{"acquire": "m", "timeout": 1, "into": "got"}]})s");
  CHECK(bench.can() == "T1 T2");
  bench.take("T1");
  CHECK(bench.can() == "T1 T2!");
  SECTION("it fires") {
    bench.take("T2", Choice::Kind::timeout);
    bench.take("T2");  // stores the result
    CHECK(bench.value("got") == "False");
  }
  SECTION("the lock is released before it fires") {
    bench.take("T1");
    bench.take("T1");
    CHECK(bench.can() == "T2");
    bench.take("T2");
    bench.take("T2");  // stores the result
    CHECK(bench.value("got") == "True");
  }
}

TEST_CASE("step: who comes back to a Barrier waits until the round before has left",
          "[engine][step][barrier]") {
  Bench bench(R"s("objects": {"b": {"type": "Barrier", "parties": 2}},
      "functions": {"f": [{"barrier_wait": "b"}, {"barrier_wait": "b"}]},
      "threads": {"T1": {"target": "f"}, "T2": {"target": "f"}})s",
              "none");
  bench.take("T1");
  CHECK(bench.can() == "T2");
  bench.take("T2");
  CHECK(bench.can() == "T1");
  bench.take("T1");
  CHECK(bench.can() == "T1 T2");
}

TEST_CASE("step: while the action of a Barrier runs nobody comes, goes or gives up",
          "[engine][step][barrier]") {
  Bench bench(R"s("objects": {"b": {"type": "Barrier", "parties": 2, "action": "act"}},
      "variables": {"n": 0}, "functions": {"act": [{"global": "n"}, {"set": "n", "to": 1}]},
      "threads": {"T1": [{"barrier_wait": "b", "timeout": 1}], "T2": [{"barrier_wait": "b"}],
                  "T3": [{"barrier_wait": "b", "timeout": 1}], "T4": [{"reset": "b"}],
                  "T5": [{"abort": "b"}]})s",
              "none");
  bench.take("T1");
  CHECK(bench.can() == "T1! T2 T3 T4 T5");
  bench.take("T2");
  CHECK(bench.can() == "T2");
  bench.take("T2");
  CHECK(bench.value("n") == "1");
  CHECK(bench.can() == "T2");
  bench.take("T2");  // opens it
  CHECK(bench.can() == "T1 T4 T5");
  SECTION("then the others go") {
    bench.take("T1");
    CHECK(bench.can() == "T3 T4 T5");
    CHECK(bench.raised("T1").empty());
  }
  SECTION("an abort comes first") {
    bench.take("T5");
    bench.take("T1");
    CHECK(bench.raised("T1") == "threading.BrokenBarrierError");
  }
  SECTION("a reset changes nothing for those who are leaving") {
    bench.take("T4");
    bench.take("T1");
    CHECK(bench.raised("T1").empty());
  }
}

TEST_CASE("step: a Timer is cancelled until its time has come, and then no more",
          "[engine][step][timer]") {
  Bench bench(R"s("variables": {"t": null, "fired": false},
      "functions": {"f": [{"global": "fired"}, {"set": "fired", "to": true}]},
      "main": [{"timer": "t", "interval": 5, "function": "f"}, {"start": "t"}, {"cancel": "t"}])s",
              "none");
  const ThreadId timer{1};
  for (int i = 0; i < 4; ++i) bench.take("MainThread");  // create, store, load, start
  CHECK(bench.can() == "MainThread Thread-1!");
  bench.take("MainThread");
  SECTION("cancelled in time") {
    bench.take("MainThread");
    CHECK(bench.can() == "Thread-1");
    CHECK(is_cancelled(*bench.program, bench.state, timer));
    bench.take(timer);
    CHECK(bench.value("fired") == "False");
    CHECK(bench.can().empty());
  }
  SECTION("cancelled too late") {
    bench.take(timer, Choice::Kind::timeout);
    const State fired = bench.state;
    bench.take("MainThread");
    CHECK_FALSE(is_cancelled(*bench.program, bench.state, timer));
    CHECK(bench.can() == "Thread-1");
    bench.take(timer);
    CHECK(bench.value("fired") == "True");
  }
}

TEST_CASE("step: a line of input goes to whoever comes first", "[engine][step]") {
  Bench bench(R"s("input": ["only"], "variables": {"x": null, "y": null},
      "threads": {"T1": [{"input": "x"}], "T2": [{"input": "y"}]})s");
  CHECK(bench.state.words[layout::lines_read] == 0);
  bench.take("T2");
  CHECK(bench.state.words[layout::lines_read] == 1);
  bench.take("T2");
  CHECK(bench.value("y") == "'only'");
  bench.take("T1");
  CHECK(bench.raised("T1") == "EOFError: EOF when reading a line");
  CHECK(bench.state.words[layout::lines_read] == 1);
}

TEST_CASE("step: what a thread keeps in a Local is private to it", "[engine][step]") {
  Bench bench(R"s("objects": {"data": "Local"}, "variables": {"n": null}, "threads": {
      "T1": [{"set": "data.b", "to": 1}, {"set": "data.a", "to": 2}, {"yield": true}, {"yield": true}],
      "T2": [{"set": "data.a", "to": 2}, {"set": "data.b", "to": 1}, {"yield": true},
             {"set": "n", "to": "data.a + data.b"}]})s");
  const auto attributes = [&](const std::string& name) {
    return bench.machine->locals()
        .get(local(*bench.program, bench.state, bench.thread(name)))
        .attributes;
  };
  CHECK(attributes("T1").size() == 2);
  CHECK(attributes("T1") == attributes("T2"));  // in whatever order they came
  bench.take("T2");
  CHECK(attributes("T2").size() == 2);
  bench.take("T2");
  CHECK(bench.value("n") == "3");
  CHECK(attributes("T2").empty());
}

TEST_CASE("step: every item of a choose is a choice", "[engine][step]") {
  Bench bench(
      R"s("variables": {"n": null}, "threads": {"T1": [{"choose": "n", "from": "'ab'"}]})s");
  CHECK(bench.can() == "T1=0 T1=1");
  bench.take("T1", Choice::Kind::choose, 1);
  bench.take("T1");  // stores the result
  CHECK(bench.value("n") == "'b'");
}

TEST_CASE("step: a choose from nothing raises", "[engine][step]") {
  Bench bench(R"s("variables": {"n": null}, "threads": {"T1": [{"choose": "n", "from": "[]"}]})s");
  CHECK(bench.can() == "T1");
  bench.take("T1");
  CHECK(bench.raised("T1") == "IndexError: Cannot choose from an empty sequence");
}

TEST_CASE("step: the process ends with its last thread that is no daemon", "[engine][step]") {
  Bench bench(R"s("functions": {"f": [{"sleep": 1}, {"sleep": 1}]},
      "threads": {"D": {"target": "f", "daemon": true}, "T": {"target": "f"}},
      "main": [{"start": "D"}, {"start": "T"}])s");
  bench.take("MainThread");
  bench.take("MainThread");
  CHECK(bench.lives("MainThread") == Life::ended);
  CHECK(bench.can() == "D T");  // MainThread waits for T
  bench.take("T");
  bench.take("T");
  CHECK(bench.can() == "MainThread D");  // the end is a choice: D may go on for a while
  SECTION("the daemon is killed where it stands") {
    bench.take("D");
    bench.take("MainThread");
    CHECK(bench.lives("D") == Life::killed);
    CHECK(has_exited(bench.state));
  }
  SECTION("the daemon comes to its end before") {
    bench.take("D");
    bench.take("D");
    CHECK(has_exited(bench.state));
  }
}

TEST_CASE("step: MainThread calls what is registered with atexit, the last one first",
          "[engine][step][atexit]") {
  Bench bench(R"s("variables": {"n": 0, "alive": null, "threads": null}, "functions": {
        "f": {"params": ["i"], "body": [{"global": "n"}, {"set": "n", "to": "n * 10 + i"}]},
        "g": [{"global": ["alive", "threads"]}, {"atexit": "f", "args": [9]},
              {"set": "alive", "to": "main_thread().is_alive()"},
              {"set": "threads", "to": "active_count()"}, {"raise": "ValueError('bad')"}]},
      "threads": {"T": [{"atexit": "f", "args": [2]}],
                  "D": {"target": "f", "args": [7], "daemon": true}},
      "main": [{"atexit": "f", "args": [1]}, {"atexit": "g"}, {"start": "D"}, {"start": "T"}])s",
              "none");
  while (bench.lives("MainThread") == Life::alive) bench.take("MainThread");
  CHECK(bench.can() == "T D");  // MainThread waits for T
  while (bench.lives("T") == Life::alive) bench.take("T");
  CHECK(bench.can() == "MainThread D");
  bench.take("MainThread");  // begins f(2)
  CHECK(bench.lives("MainThread") == Life::alive);
  while (bench.lives("MainThread") == Life::alive) bench.take("MainThread");
  CHECK(bench.value("n") == "2");
  bench.take("MainThread");
  while (bench.lives("MainThread") == Life::alive) bench.take("MainThread");
  CHECK(bench.raised("MainThread") == "ValueError: bad");
  CHECK(bench.value("alive") == "False");
  CHECK(bench.value("threads") == "2");
  bench.take("MainThread");
  while (bench.lives("MainThread") == Life::alive) bench.take("MainThread");
  CHECK(bench.value("n") == "21");
  CHECK(bench.raised("MainThread") == "ValueError: bad");  // that it is past does not undo it
  CHECK_FALSE(has_exited(bench.state));
  bench.take("MainThread");  // what was registered meanwhile is not called
  CHECK(has_exited(bench.state));
  CHECK(bench.lives("D") == Life::killed);
}

TEST_CASE("step: what exit callbacks raise does not replace what MainThread has ended with",
          "[engine][step][atexit]") {
  struct Row {
    std::string what, callbacks, end, wanted;
  };
  const Row row = GENERATE(values<Row>({
      {"its own exception stays", R"s({"atexit": "bad"}, {"atexit": "late"})s",
       R"s({"raise": "RuntimeError('own')"})s", "RuntimeError: own"},
      {"of two callbacks the first to raise counts, which was registered last",
       R"s({"atexit": "late"}, {"atexit": "bad"})s", R"s({"pass": true})s", "ValueError: bad"},
      {"whether it raises at once or not", R"s({"atexit": "bad"}, {"atexit": "late"})s",
       R"s({"pass": true})s", "KeyError: 'late'"},
      {"SystemExit hides no fault", R"s({"atexit": "bad"}, {"atexit": "leave"})s",
       R"s({"raise": "SystemExit(1)"})s", "ValueError: bad"},
      {"and replaces none", R"s({"atexit": "leave"})s", R"s({"raise": "RuntimeError('own')"})s",
       "RuntimeError: own"},
      {"nor another SystemExit", R"s({"atexit": "leave"})s", R"s({"raise": "SystemExit(1)"})s",
       "SystemExit: 1"},
  }));
  INFO(row.what);
  Bench bench(R"s("functions": {"bad": [{"raise": "ValueError('bad')"}],
        "late": [{"yield": true}, {"raise": "KeyError('late')"}],
        "leave": [{"raise": "SystemExit(3)"}]}, "main": [)s" +
              row.callbacks + ", " + row.end + "]");
  while (!has_exited(bench.state)) bench.take("MainThread");
  CHECK(bench.raised("MainThread") == row.wanted);
}

TEST_CASE("step: nobody waits for a thread that an exit callback starts",
          "[engine][step][atexit]") {
  Bench bench(R"s("functions": {"late": [{"sleep": 1}], "f": [{"spawn": "late"}]},
      "main": [{"atexit": "f"}])s");
  bench.take("MainThread");
  bench.take("MainThread");
  while (bench.lives("MainThread") == Life::alive) bench.take("MainThread");
  bench.take("MainThread");
  CHECK(has_exited(bench.state));
  CHECK(life(*bench.program, bench.state, {1}) == Life::killed);
}

TEST_CASE("step: a send that finds no room waits, and goes on as the peer reads",
          "[engine][step][socket]") {
  Bench bench(R"s("objects": {"s": {"type": "Listener", "buffer": 2}},
      "variables": {"c": null, "d": null, "sent": null, "got": []},
      "threads": {"T1": [{"send": "c", "data": "b'abcde'", "into": "sent"}],
                  "T2": [{"for": "i", "in": "range(3)", "do": [
                            {"recv": "d", "size": 9, "into": "data"},
                            {"append": "got", "item": "data"}]}]},
      "main": [{"listen": "s"}, {"connect": "s", "into": "c"}, {"accept": "s", "into": "d"},
               {"start": "T1"}, {"start": "T2"}])s",
              "3.12");
  while (bench.lives("MainThread") == Life::alive) bench.take("MainThread");
  bench.take("T1");  // reads c
  while (bench.can() != "T2") bench.take("T1");
  CHECK(bench.value("sent") == "None");
  while (bench.lives("T2") == Life::alive) {
    bench.take(bench.can().find("T1") == std::string::npos ? "T2" : "T1");
  }
  while (bench.lives("T1") == Life::alive) bench.take("T1");
  CHECK(bench.value("sent") == "5");
  CHECK(bench.value("got") == "[b'ab', b'cd', b'e']");
}

TEST_CASE("step: a peer that closes with something unread resets who waits to send",
          "[engine][step][socket]") {
  Bench bench(R"s("objects": {"s": {"type": "Listener", "buffer": 2}},
      "variables": {"c": null, "d": null, "sent": null},
      "threads": {"T1": [{"send": "c", "data": "b'abc'", "into": "sent"},
                         {"send": "c", "data": "b'd'"}],
                  "T2": [{"close": "d"}]},
      "main": [{"listen": "s"}, {"connect": "s", "into": "c"}, {"accept": "s", "into": "d"},
               {"start": "T1"}, {"start": "T2"}])s");
  while (bench.lives("MainThread") == Life::alive) bench.take("MainThread");
  while (bench.can() != "T2") bench.take("T1");
  while (bench.lives("T2") == Life::alive) bench.take("T2");
  while (bench.lives("T1") == Life::alive) bench.take("T1");
  CHECK(bench.value("sent") == "2");
  CHECK(bench.raised("T1") == "ConnectionResetError: [Errno 104] Connection reset by peer");
}

TEST_CASE("step: an uncaught exception ends its thread and keeps its locks", "[engine][step]") {
  Bench bench(R"s("objects": {"m": "Lock"},
      "threads": {"T1": [{"acquire": "m"}, {"raise": "ValueError('gone')"}], "T2": [{"acquire": "m"}]})s");
  bench.take("T1");
  CHECK(bench.lives("T1") == Life::ended);
  CHECK(bench.raised("T1") == "ValueError: gone");
  CHECK(bench.can().empty());
  CHECK_FALSE(has_exited(bench.state));
}

TEST_CASE("step: atomic runs in one step, and blocking inside is an error", "[engine][step]") {
  Bench bench(R"s("objects": {"m": "Lock"}, "variables": {"n": 0},
      "threads": {"T1": [{"atomic": [{"set": "n", "to": "n + 1"}, {"yield": true}, {"set": "n", "to": "n + 1"}]},
                         {"atomic": [{"acquire": "m"}, {"acquire": "m"}]}]})s",
              "none");
  bench.take("T1");
  CHECK(bench.value("n") == "2");
  bench.take("T1");
  CHECK(bench.raised("T1") == "RuntimeError: a blocking operation inside atomic");
}

TEST_CASE("step: who may not wait inside atomic has not begun to wait", "[engine][step]") {
  struct Row {
    const char *object, *wait;
  };
  const Row row = GENERATE(
      values<Row>({{R"s("Event")s", R"s({"wait": "x"})s"},
                   {R"s("Condition")s", R"s({"wait": "x", "timeout": 1})s"},
                   {R"s({"type": "Semaphore", "value": 0})s", R"s({"acquire": "x"})s"},
                   {R"s("Queue")s", R"s({"get": "x"})s"},
                   {R"s({"type": "Barrier", "parties": 2})s", R"s({"barrier_wait": "x"})s"}}));
  CAPTURE(row.object);
  const std::string wait(row.wait);
  const bool is_condition = std::string(row.object).find("Condition") != std::string::npos;
  const std::string body = is_condition ? R"s({"with": "x", "do": [)s" + wait + "]}" : wait;
  Bench bench(R"s("objects": {"x": )s" + std::string(row.object) +
                  R"s(}, "threads": {"T1": [{"try": [{"atomic": [)s" + body +
                  R"s(]}], "except": {"type": "RuntimeError", "do": [{"pass": true}]}}]})s",
              "none");
  const Word* words = object_words(*bench.program, bench.state, {0});
  const std::uint32_t count = lockstep::row(bench.program->objects[0].kind).words;
  const std::vector<Word> before(words, words + count);
  while (bench.lives("T1") == Life::alive) bench.take("T1");
  CHECK(bench.raised("T1") == "");
  words = object_words(*bench.program, bench.state, {0});
  CHECK(std::vector<Word>(words, words + count) == before);
}

TEST_CASE("step: await waits until its expression is true", "[engine][step]") {
  const std::string gil = GENERATE("3.9", "3.12", "none");
  CAPTURE(gil);
  Bench bench(R"s("variables": {"n": 0, "m": 0},
      "threads": {"T1": [{"await": "n + m == 2"}, {"set": "n", "to": 7}],
                  "T2": [{"set": "n", "to": 1}, {"yield": true}, {"set": "m", "to": 1}]})s",
              gil);
  CHECK(bench.can() == "T2");
  bench.take("T2");
  CHECK(bench.can() == "T2");
  while (bench.lives("T2") == Life::alive) bench.take("T2");
  CHECK(bench.can() == "T1");
  while (bench.lives("T1") == Life::alive) bench.take("T1");
  CHECK(bench.value("n") == "7");
}

TEST_CASE("step: a loop without visible operation rests and comes back to the same state",
          "[engine][step]") {
  Bench bench(R"s("threads": {"T1": [{"while": "True", "do": []}]})s");
  std::set<std::vector<Word>> seen;
  for (int i = 0; i < 10; ++i) {
    CHECK(bench.can() == "T1");
    seen.insert(bench.state.words);
    bench.take("T1");
  }
  CHECK(seen.size() <= 8);  // a loop of a few bytecodes can rest at each of them
}

TEST_CASE("step: memoised and interpreted private runs lead to the same states", "[engine][step]") {
  const std::string body = R"s("objects": {"c": "Condition"}, "variables": {"xs": []},
      "functions": {"f": {"params": ["i"], "body": [
          {"for": "k", "in": "range(3)", "do": [
            {"with": "c", "do": [{"append": "xs", "item": "i * 10 + k"}, {"notify": "c"},
                                 {"wait": "c", "timeout": 1}]}]}]}},
      "threads": {"T1": {"target": "f", "args": [1]}, "T2": {"target": "f", "args": [2]}})s";
  Bench with(body);
  Bench without(body);
  without.machine->memoise = false;
  std::uint64_t seed = GENERATE(range(1, 20));
  CAPTURE(seed);
  while (!with.choices().empty()) {
    const std::vector<Choice> choices = with.choices();
    REQUIRE(choices == without.choices());
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    const Choice choice = choices[(seed >> 33) % choices.size()];
    step(*with.machine, with.state, choice);
    step(*without.machine, without.state, choice);
    REQUIRE(dump(*with.machine, with.state) == dump(*without.machine, without.state));
  }
  CHECK(has_exited(with.state));
}

TEST_CASE("evaluate: reads all variables at one moment and changes nothing", "[engine][step]") {
  Bench bench(R"s("objects": {"m": "Lock"}, "variables": {"n": 2, "xs": [1, 2]},
      "threads": {"T1": [{"acquire": "m"}]},
      "invariants": ["n == len(xs) and not m.locked()", "xs[n] == 0"])s");
  const State before = bench.state;
  const Result first = evaluate(*bench.machine, bench.state, bench.program->invariants[0].function);
  CHECK(first.value == true_value);
  const Result second =
      evaluate(*bench.machine, bench.state, bench.program->invariants[1].function);
  CHECK(second.raised);
  CHECK(bench.state == before);
  bench.take("T1");
  CHECK(evaluate(*bench.machine, bench.state, bench.program->invariants[0].function).value ==
        false_value);
}

TEST_CASE("step: a put lets go the getter who has waited longest, of a SimpleQueue any",
          "[engine][step][queue]") {
  struct Row {
    const char* queue;
    const char* waiting;  // who can do something while T1 and T2 wait, T2 longer
    const char* let_go;   // ... after a put
  };
  // In a SimpleQueue all wait for one plain lock: whoever comes first has it.
  const Row row = GENERATE(values<Row>({{"Queue", "T3", "T2 T3"},
                                        {"LifoQueue", "T3", "T2 T3"},
                                        {"PriorityQueue", "T3", "T2 T3"},
                                        {"SimpleQueue", "T3", "T1 T2 T3"}}));
  CAPTURE(row.queue);
  Bench bench(R"s("objects": {"q": ")s" + std::string(row.queue) + R"s("}, "threads": {
      "T1": [{"get": "q"}], "T2": [{"get": "q"}],
      "T3": [{"put": "q", "item": 1}, {"put": "q", "item": 2}]})s");
  if (std::string(row.queue) != "SimpleQueue") {
    bench.take("T2");
    bench.take("T1");
  }
  CHECK(bench.can() == row.waiting);
  bench.take("T3");
  CHECK(bench.can() == row.let_go);
}

TEST_CASE("step: a newcomer may take what was put for a waiter, who queues up at the end",
          "[engine][step][queue]") {
  Bench bench(R"s("objects": {"q": "Queue"}, "threads": {
      "T1": [{"get": "q"}], "T2": [{"get": "q"}], "T3": [{"get": "q"}],
      "T4": [{"put": "q", "item": 1}, {"put": "q", "item": 2}, {"put": "q", "item": 3}]})s",
              "none");
  bench.take("T1");
  bench.take("T2");
  bench.take("T4");
  CHECK(bench.can() == "T1 T3 T4");
  bench.take("T3");
  bench.take("T1");
  CHECK(bench.can() == "T4");
  bench.take("T4");
  CHECK(bench.can() == "T2 T4");  // T1 came first and stands behind T2 now
}

TEST_CASE("step: a get lets go the putter who has waited longest", "[engine][step][queue]") {
  Bench bench(R"s("objects": {"q": {"type": "Queue", "maxsize": 1}}, "threads": {
      "T1": [{"put": "q", "item": 1}], "T2": [{"put": "q", "item": 2}],
      "T3": [{"put": "q", "item": 3}, {"get": "q"}, {"get": "q"}]})s",
              "none");
  bench.take("T3");
  bench.take("T2");
  bench.take("T1");
  CHECK(bench.can() == "T3");
  bench.take("T3");
  CHECK(bench.can() == "T2 T3");
}

TEST_CASE("step: a shutdown lets all go who get and put, an immediate one who joins too",
          "[engine][step][queue]") {
  Bench bench(R"s("objects": {"q": "Queue", "r": {"type": "Queue", "maxsize": 1}}, "threads": {
      "T1": [{"get": "q"}], "T2": [{"get": "q", "timeout": 1}],
      "T3": [{"put": "r", "item": 1}, {"put": "r", "item": 2}], "T4": [{"put": "r", "item": 3}],
      "T5": [{"join": "r"}],
      "T6": [{"shutdown": "q"}, {"shutdown": "r"}, {"shutdown": "r", "immediate": true}]})s",
              "none");
  for (const char* thread : {"T1", "T2", "T3", "T3", "T4", "T5"}) bench.take(thread);
  CHECK(bench.can() == "T2! T6");
  bench.take("T6");
  CHECK(bench.can() == "T1 T2 T6");
  bench.take("T6");
  CHECK(bench.can() == "T1 T2 T3 T4 T6");
  bench.take("T6");
  CHECK(bench.can() == "T1 T2 T3 T4 T5");
  for (const char* thread : {"T1", "T2", "T3", "T4"}) {
    bench.take(thread);
    CHECK(bench.lives(thread) == Life::ended);
    CHECK(bench.raised(thread) == "queue.ShutDown");
  }
  bench.take("T5");
  CHECK(bench.lives("T5") == Life::ended);
  CHECK(bench.raised("T5").empty());
}

TEST_CASE("step: who joins a queue tests again when woken", "[engine][step][queue]") {
  Bench bench(R"s("objects": {"q": "Queue"}, "threads": {
      "T1": [{"join": "q"}], "T2": [{"join": "q"}],
      "T3": [{"put": "q", "item": 1}, {"task_done": "q"}, {"put": "q", "item": 2},
             {"task_done": "q"}]})s",
              "none");
  bench.take("T3");
  bench.take("T2");
  bench.take("T1");
  CHECK(bench.can() == "T3");
  bench.take("T3");
  CHECK(bench.can() == "T1 T2 T3");
  bench.take("T1");
  CHECK(bench.lives("T1") == Life::ended);
  bench.take("T3");
  bench.take("T2");  // something is unfinished again
  CHECK(bench.can() == "T3");
  bench.take("T3");
  CHECK(bench.can() == "T2");
}
