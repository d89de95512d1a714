// language/schedule.cpp, schedule_text.cpp, saved_schedule.cpp and directives.cpp. Complaints of a
// scenario's own schedule stand in bad/.
#include "language/schedule.h"

#include <catch2/catch.hpp>
#include <string>

#include "language/constant.h"
#include "language/load.h"

namespace lockstep {
namespace {

Program program() {
  const Loaded loaded = load("-", R"json({
    "lockstep": 1,
    "objects": {"mutexA": "Lock", "mutexB": "Lock", "forks": {"type": "Lock", "count": 3},
                "second": {"same_as": "mutexA"}},
    "variables": {"n": 0},
    "functions": {"f": [{"acquire": "mutexA", "label": "enter"}]},
    "threads": {"T1": [{"call": "f"}], "T2": [{"set": "n", "to": 1}], "a*3": [], "x,y": [],
                "it's \"7\"": [], " blank ": [], "finish": [], "T1*2": []}
  })json");
  for (const Complaint& complaint : loaded.complaints) UNSCOPED_INFO(complaint.message);
  REQUIRE(loaded.program);
  return *loaded.program;
}

Program program_with_created_threads() {
  const Loaded loaded = load("-", R"({"lockstep": 1, "functions": {"f": []},
    "main": [{"spawn": "f"}]})");
  REQUIRE(loaded.program);
  return *loaded.program;
}

bool same(const Directive& a, const Directive& b) {
  const Until& u = a.until;
  const Until& v = b.until;
  return a.kind == b.kind && a.thread == b.thread && a.steps == b.steps && a.value == b.value &&
         a.policy == b.policy && u.blocked == v.blocked && u.finished == v.finished &&
         u.label == v.label && u.holds == v.holds && u.waits == v.waits && u.read == v.read &&
         u.wrote == v.wrote && u.in == v.in;
}

ReadSchedule read(const Program& program, const std::string& text) {
  const JsonTree tree = read_json(text);
  REQUIRE(tree.root);
  return read_schedule(program, *tree.root, text, "");
}

Schedule good(ReadSchedule read) {
  for (const Complaint& complaint : read.complaints) UNSCOPED_INFO(complaint.message);
  REQUIRE(read.schedule);
  return std::move(*read.schedule);
}

std::string complaints(const ReadSchedule& read) {
  std::string out;
  for (const auto& [place, message] : read.complaints) {
    out += std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + message + "\n";
  }
  return out;
}

TEST_CASE("Schedule: what is written reads back the same, in both forms", "[language][schedule]") {
  struct Row {
    const char* json;  // as it is written
    const char* text;  // "": has no short text
  };
  const Row row = GENERATE(values<Row>({
      {R"("T1")", "T1"},
      {R"("T1*3")", "T1*3"},
      {R"("T1*1000000000")", "T1*1000000000"},
      {R"("MainThread")", "MainThread"},
      {R"({"run": "T1", "until": "blocked"})", ""},
      {R"({"run": "T1", "until": "finished"})", ""},
      {R"({"run": "T1", "until": {"label": "enter"}})", ""},
      {R"({"run": "T1", "until": {"holds": "mutexA", "in": "f"}})", ""},
      {R"({"run": "T1", "until": {"blocked": true, "waits": "forks[2]"}})", ""},
      {R"({"run": "T1", "until": {"read": "n", "wrote": "n"}})", ""},
      {R"({"timeout": "T1"})", "T1!"},
      {R"({"choose": "T1", "value": 2})", "T1=2"},
      {R"({"choose": "T1", "value": -2.5})", "T1=-2.5"},
      {R"({"choose": "T1", "value": null})", "T1=None"},
      {R"({"choose": "T1", "value": true})", "T1=True"},
      {R"json({"choose": "T1", "value": "'egon'"})json", "T1='egon'"},
      {R"json({"choose": "T1", "value": "(1, 'a,b')"})json", "T1=(1, 'a,b')"},
      {R"json({"choose": "T1", "value": "[1, {'k': []}]"})json", "T1=[1, {'k': []}]"},
      {R"json({"choose": "T1", "value": "float('inf')"})json", "T1=float('inf')"},
      {R"json({"choose": "T1", "value": "mutexB"})json", ""},
      {R"json({"choose": "T1", "value": "forks[2]"})json", ""},
      {R"json({"choose": "T1", "value": "f"})json", ""},
      {R"json({"choose": "T1", "value": "T2"})json", ""},
      {R"({"finish": "round-robin"})", "finish:round-robin"},
      // Names that only their quotes keep whole.
      {R"({"run": "a*3", "steps": 1})", "\"a*3\""},
      {R"({"run": "a*3", "steps": 2})", "\"a*3\"*2"},
      {R"("x,y")", "\"x,y\""},
      {R"("x,y*4")", "\"x,y\"*4"},
      {R"json("it's \"7\"")json", R"json("it's \"7\"")json"},
      {R"(" blank ")", "\" blank \""},
      {R"("finish")", "finish"},
      {R"({"timeout": "x,y"})", "\"x,y\"!"},
  }));
  CAPTURE(row.json);
  const Program& p = program();
  const Schedule schedule = good(read(p, "[" + std::string(row.json) + "]"));
  REQUIRE(schedule.size() == 1);
  CHECK(schedule[0].written == row.json);
  CHECK(schedule_json(schedule, p, 2) == "[\n  " + std::string(row.json) + "\n]");
  const std::optional<std::string> text = schedule_text(schedule);
  CHECK(text.value_or("") == row.text);
  if (text) {
    const Schedule again = good(read_schedule_text(p, *text));
    REQUIRE(again.size() == 1);
    CHECK(same(again[0], schedule[0]));
    CHECK(again[0].written == *text);
  }
}

TEST_CASE("Schedule: other spellings of the same directives", "[language][schedule]") {
  const Program& p = program();
  const auto canonical = [&](const std::string& json) {
    const Schedule schedule = good(read(p, "[" + json + "]"));
    return schedule[0].written;
  };
  CHECK(canonical(R"({"run": "T1"})") == R"("T1")");
  CHECK(canonical(R"({"run": "T1", "steps": 3})") == R"("T1*3")");
  CHECK(canonical(R"({"steps": 1, "run": "T1", "x-why": 0})") == R"("T1")");
  CHECK(canonical(R"({"run": "T1", "until": {"blocked": true}})") ==
        R"({"run": "T1", "until": "blocked"})");
  CHECK(canonical(R"({"run": "T1", "until": {"holds": "second"}})") ==
        R"({"run": "T1", "until": {"holds": "mutexA"}})");
  CHECK(canonical(R"({"choose": "T1", "value": [1, "2", {"k": null}]})") ==
        R"json({"choose": "T1", "value": "[1, 2, {'k': None}]"})json");
  // A declared thread of that name goes before a number of steps.
  CHECK(canonical(R"("a*3")") == R"({"run": "a*3", "steps": 1})");
  CHECK(canonical(R"("a*3*2")") == R"({"run": "a*3", "steps": 2})");
  CHECK(good(read(p, R"(["T1*2"])"))[0].thread == "T1*2");
}

TEST_CASE("Schedule: several directives, and blanks in the short form", "[language][schedule]") {
  const Program& p = program();
  const Schedule schedule =
      good(read_schedule_text(p, " T1*3, T2 ,\"x,y\" * 2,T2! , T1 = (1, 2) ,finish: pct "));
  REQUIRE(schedule.size() == 6);
  CHECK(schedule_text(schedule) == "T1*3,T2,\"x,y\"*2,T2!,T1=(1, 2),finish:pct");
  CHECK(schedule[0].written == "T1*3");
  CHECK(schedule[4].written == "T1 = (1, 2)");
  CHECK(schedule_json(schedule, p, 4) ==
        "[\n    \"T1*3\",\n    \"T2\",\n    \"x,y*2\",\n    {\"timeout\": \"T2\"},\n"
        "    {\"choose\": \"T1\", \"value\": \"(1, 2)\"},\n    {\"finish\": \"pct\"}\n  ]");
  CHECK(schedule_json({}, p, 4) == "[]");
  CHECK_FALSE(schedule_text({}));
  CHECK(good(read(p, "[]")).empty());
}

TEST_CASE("Schedule: the short form's complaints have columns", "[language][schedule]") {
  struct Row {
    std::string text, complaint;
  };
  const Row row = GENERATE(values<Row>({
      {"", "1:1: expected a directive, such as T1 or T1*3, found the end"},
      {"T1,", "1:4: expected a directive, such as T1 or T1*3, found the end"},
      {",T1", "1:1: expected a directive, such as T1 or T1*3, found \"\""},
      {"T1,,T2", "1:4: expected a directive, such as T1 or T1*3, found \"\""},
      {"T3", "1:1: there is no thread \"T3\"; did you mean \"T1\"?"},
      {"T1,T2*0", "1:7: expected a number of steps from 1 to 1000000000 after *, found \"0\""},
      {"T1*", "1:4: expected a number of steps from 1 to 1000000000 after *, found the end"},
      {"T1*1000000001",
       "1:4: expected a number of steps from 1 to 1000000000 after *, found \"1000000001\""},
      {"T1*3x", "1:5: expected , between directives, found \"x\""},
      {"T1!!", "1:4: expected , between directives, found \"!\""},
      {"\"T1", "1:1: the name has no closing \""},
      {"\"T\\q\"",
       "1:1: \"T\\q\": expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX after a "
       "backslash"},
      {"T1=", "1:4: expected an expression, found the end"},
      {"T1=1 +,T2", "1:7: expected an expression, found the end"},
      {"T1=nobody", "1:4: \"nobody\" is no constant"},
      {"T1=1//0", "1:4: ZeroDivisionError: integer division or modulo by zero"},
      {"finish:randm",
       "1:8: expected one of \"timed\", \"round-robin\", \"random\" or \"pct\", found \"randm\"; "
       "did "
       "you mean \"random\"?"},
      {"锁*2,T3",
       "1:1: there is no thread \"锁\"\n1:5: there is no thread \"T3\"; did you mean \"T1\"?"},
      {"T1,\xff", "1:4: invalid UTF-8: invalid start byte"},
  }));
  CAPTURE(row.text);
  const Program& p = program();
  CHECK(complaints(read_schedule_text(p, row.text)) == row.complaint + "\n");
}

TEST_CASE("Schedule: a thread that is created may have any name", "[language][schedule]") {
  const Program p = program_with_created_threads();
  const Schedule schedule = good(read_schedule_text(p, "MainThread*2,Thread-1 (f)*3"));
  CHECK(schedule[1].thread == "Thread-1 (f)");
  CHECK(schedule[1].steps == 3);
  CHECK(good(read(p, R"(["Thread-1 (f)*3"])"))[0].thread == "Thread-1 (f)");
}

TEST_CASE("Schedule: a thread that nobody declared is written all the same",
          "[language][schedule]") {
  // What a run chose may be a thread that was created: no name for it, but no crash either.
  Directive directive;
  directive.kind = Directive::Kind::choose;
  directive.thread = "MainThread";
  directive.value.kind = ValueKind::thread;
  directive.value.inline_value = thread_value({7});
  const Program p = program_with_created_threads();
  CHECK(schedule_json({directive}, p, 0) ==
        "[\n{\"choose\": \"MainThread\", \"value\": \"<thread 7>\"}\n]");
  CHECK_FALSE(schedule_text({directive}));
}

TEST_CASE("Saved schedules: what is written reads back the same", "[language][schedule][saved]") {
  const Program& p = program();
  const Schedule schedule = good(read_schedule_text(p, "T1*3,T2,finish:timed"));
  SavedSchedule saved;
  saved.scenario = "../ab\"ba.json";
  saved.digest = digest("{}");
  saved.policy = "random";
  saved.seed = 7;
  saved.settings = {{"N", "5"}, {"who", "'egon'"}};
  const std::string text = write_saved_schedule(saved, schedule, p);
  CHECK(text ==
        "{\n"
        "  \"lockstep_schedule\": 1,\n"
        "  \"scenario\": \"../ab\\\"ba.json\",\n"
        "  \"digest\": \"" +
            saved.digest +
            "\",\n"
            "  \"policy\": \"random\",\n"
            "  \"seed\": 7,\n"
            "  \"settings\": {\"N\": \"5\", \"who\": \"'egon'\"},\n"
            "  \"schedule\": [\n"
            "    \"T1*3\",\n"
            "    \"T2\",\n"
            "    {\"finish\": \"timed\"}\n"
            "  ]\n"
            "}\n");
  const ReadSaved read = read_saved_schedule(text);
  REQUIRE(read.saved);
  CHECK(read.saved->scenario == saved.scenario);
  CHECK(read.saved->digest == saved.digest);
  CHECK(read.saved->policy == "random");
  CHECK(read.saved->seed == 7);
  CHECK(read.saved->settings == saved.settings);
  const Schedule again = good(read_schedule(p, read.saved->schedule, text, "/schedule"));
  REQUIRE(again.size() == schedule.size());
  for (std::size_t i = 0; i < again.size(); ++i) CHECK(same(again[i], schedule[i]));
}

TEST_CASE("Saved schedules: the places of complaints are those in the file",
          "[language][schedule][saved]") {
  const std::string text = "{\"lockstep_schedule\": 1, \"scenario\": \"a\",\n \"digest\": \"" +
                           digest("") + "\",\n \"schedule\": [\"T1\",\n  \"T9\"]}";
  const ReadSaved read = read_saved_schedule(text);
  REQUIRE(read.saved);
  const ReadSchedule schedule = read_schedule(program(), read.saved->schedule, text, "/schedule");
  CHECK(complaints(schedule) == "4:3: there is no thread \"T9\"; did you mean \"T1\"?\n");
  CHECK(schedule.complaints[0].place.pointer == "/schedule/1");
}

TEST_CASE("Saved schedules: bad ones are refused with all that is wrong",
          "[language][schedule][saved]") {
  const ReadSaved read = read_saved_schedule(
      R"({"lockstep_schedule": 2, "digets": "", "digest": "xyz", "scenario": 1,
          "settings": {"N": 5}, "seed": -1, "policy": "", "schedule": "T1"})");
  CHECK_FALSE(read.saved);
  std::vector<std::string> messages;
  for (const Complaint& complaint : read.complaints) messages.push_back(complaint.message);
  CHECK_THAT(messages, Catch::UnorderedEquals(std::vector<std::string>{
                           "expected 1, the version of the format, found 2",
                           "unknown key \"digets\" of a saved schedule",
                           "expected 32 hexadecimal digits, found \"xyz\"",
                           "expected the path of a scenario, found 1",
                           "expected a value as after --set, a text, found 5",
                           "expected an integer from 0 to 9223372036854775807, found -1",
                           "expected a text, found \"\"",
                           "expected an array of directives, found \"T1\"",
                       }));
  CHECK(read_saved_schedule("{}").complaints.size() == 4);
  CHECK(read_saved_schedule("[]").complaints.size() == 1);
  CHECK(read_saved_schedule("").complaints.size() == 1);
}

TEST_CASE("A digest is 32 hexadecimal digits and tells texts apart", "[language][schedule]") {
  // XXH3-128 of nothing, from the reference implementation's self test.
  CHECK(digest("") == "99aa06d3014798d86001c324468d497f");
  CHECK(digest("a") != digest("b"));
  CHECK(digest("a").size() == 32);
}

}  // namespace
}  // namespace lockstep
