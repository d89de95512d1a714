// report/trace_jsonl.cpp, held to docs/trace-format.md.
#include "report/trace_jsonl.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/support/running.h"

namespace lockstep {
namespace {

TEST_CASE("trace json: a small run, whole", "[report][trace]") {
  const auto program = program_of(R"({
    'machine': {'costs': {'bytecode': 0}},
    'objects': {'m': 'Lock'},
    'threads': {
      'T1': [{'acquire': 'm', 'label': 'here', 'at': 'app.py:3'}, {'sleep': 0.5}],
      'T2': [{'acquire': 'm', 'timeout': 0.25}, {'print': '\"no\"'}]}})");
  CHECK("\n" + run_named(*program, "timed").jsonl == R"(
{"lockstep_trace":1,"scenario":"test","digest":"0"}
{"step":1,"time":0.0,"thread":"T1","thread_id":1,"choice":"step","runnable":["T1","T2"],"events":[{"kind":"mark","text":"label here","line":5,"column":14,"pointer":"/threads/T1/0","label":"here","at":"app.py:3"},{"kind":"operation","operation":"lock_acquire","text":"acquire m","object":"m","value":"True","line":5,"column":14,"pointer":"/threads/T1/0","label":"here","at":"app.py:3"}],"rests":"sleeps 0.5 s","changes":[{"name":"m","before":"free","after":"T1"}],"now_waiting":[{"thread":"T2","for":"m, held by T1"}]}
{"step":2,"time":0.25,"thread":"T2","thread_id":2,"choice":"timeout","runnable":["T1","T2"],"events":[{"kind":"timeout","operation":"lock_acquire","text":"acquire m: timed out","object":"m","value":"False","line":6,"column":14,"pointer":"/threads/T2/0"}]}
{"step":3,"time":0.25,"thread":"T2","thread_id":2,"choice":"step","runnable":["T1","T2"],"events":[{"kind":"operation","operation":"print","output":"no","text":"print no","line":6,"column":49,"pointer":"/threads/T2/1"},{"kind":"thread-ended","text":"end"}]}
{"step":4,"time":0.5,"thread":"T1","thread_id":1,"choice":"step","runnable":["T1"],"events":[{"kind":"operation","operation":"sleep","text":"slept 0.5 s","line":5,"column":67,"pointer":"/threads/T1/1"},{"kind":"thread-ended","text":"end"}],"now_ready":["MainThread"]}
{"step":5,"time":0.5,"thread":"MainThread","thread_id":0,"choice":"step","runnable":["MainThread"],"events":[{"kind":"operation","operation":"join_all","text":"join all"},{"kind":"thread-ended","text":"end"},{"kind":"process-ended","text":"the process ends"}]}
{"end":"finished","steps":5,"time":0.5,"preemptions":0}
)");
}

TEST_CASE("trace json: every key is in the documentation", "[report][trace][docs]") {
  const auto program = program_of(R"({
    'objects': {'m': 'Lock', 'e': 'Event'}, 'variables': {'n': 0},
    'functions': {'f': {'params': ['x'], 'body': [{'return': 'x'}]}},
    'threads': {
      'T1': [{'choose': 'x', 'from': '[1, 2]', 'label': 'l', 'note': 'n', 'at': 'a'},
             {'call': 'f', 'args': ['x']}, {'acquire': 'm'}, {'sleep': 0.5}, {'release': 'm'},
             {'raise': 'ValueError(1)'}],
      'T2': [{'print': 1}, {'acquire': 'm'}, {'set': 'n', 'to': 'n + 1'}],
      'T3': [{'wait': 'e', 'timeout': 0.1}]}})");
  std::ifstream file(LOCKSTEP_SOURCE_DIR "/docs/trace-format.md");
  std::stringstream documentation;
  documentation << file.rdbuf();
  std::set<std::string> keys, values;
  const auto collect = [&](const auto& self, const nlohmann::json& json) -> void {
    if (json.is_array()) {
      for (const auto& item : json) self(self, item);
    } else if (json.is_object()) {
      for (const auto& [key, value] : json.items()) {
        keys.insert(key);
        if (key == "kind" || key == "choice" || key == "end") values.insert(value);
        self(self, value);
      }
    }
  };
  std::istringstream lines(run_named(*program, "timed").jsonl +
                           run_schedule(*program, "T1*2").jsonl);
  for (std::string line; std::getline(lines, line);) {
    collect(collect, nlohmann::json::parse(line));
  }
  CHECK(keys.size() == 33);
  CHECK(values.size() == 13);
  for (const std::string& word : keys) {
    CAPTURE(word);
    CHECK(documentation.str().find('`' + word + '`') != std::string::npos);
  }
  for (const std::string& word : values) {
    CAPTURE(word);
    CHECK((documentation.str().find('`' + word + '`') != std::string::npos ||
           documentation.str().find("`\"" + word + "\"`") != std::string::npos));
  }
}

}  // namespace
}  // namespace lockstep
