// Tests of the remedies that rewrite statements or sizes: what each makes of a text, and what the
// exploration says of it. one-rlock, rlock and lock-order have files of their own.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "remedy/rows.h"

namespace lockstep {
namespace {

using Json = nlohmann::json;

std::string summary(const FixResult& result) {
  std::string out;
  for (const TriedRemedy& tried : result.tried) {
    const char* verdicts[] = {"verified", "refuted", "unknown"};
    out += tried.proposal.remedy + " " + verdicts[static_cast<int>(tried.verdict)] + ": " +
           tried.proposal.title + "\n    " + tried.reason + "\n";
  }
  for (const auto& each : result.inapplicable) out += each.remedy + ": " + each.reason + "\n";
  return out;
}

FixResult fixed(const std::string& text) {
  const Loaded loaded = load("s.json", text);
  INFO(text << "\n" << render("s.json", text, loaded.complaints));
  REQUIRE(loaded.program);
  FixResult result = fix(*loaded.scenario, *loaded.program, {});
  for (const TriedRemedy& tried : result.tried) {
    INFO(tried.proposal.title << "\n" << patch_json(tried.proposal.patch));
    INFO(tried.proposal.patched_text);
    CHECK(tried.reason.find("cannot be read") == std::string::npos);
    // Another implementation of RFC 6902 comes to the same document.
    CHECK(Json::parse(text, nullptr, true, true)
              .patch(Json::parse(patch_json(tried.proposal.patch))) ==
          Json::parse(tried.proposal.patched_text, nullptr, true, true));
    CHECK(apply_patch(loaded.scenario->tree, text, tried.proposal.patch) ==
          tried.proposal.patched_text);
    // What refutes it can be seen, if it is an interleaving.
    const bool is_shown = tried.verdict != TriedRemedy::Verdict::refuted ||
                          tried.reason == "it can no longer finish" || !tried.schedule_json.empty();
    CHECK(is_shown);
  }
  return result;
}

// The changes of one name, the best first.
std::vector<const TriedRemedy*> of(const FixResult& result, const std::string& remedy) {
  std::vector<const TriedRemedy*> found;
  for (const TriedRemedy& tried : result.tried) {
    if (tried.proposal.remedy == remedy) found.push_back(&tried);
  }
  return found;
}

std::string with_lines(const std::string& text, const std::string& end_of_line) {
  std::string out;
  for (const char c : text) out += c == '\n' ? end_of_line : std::string(1, c);
  return out;
}

// With a comment behind each line, and one above each, where a text has lines.
std::string commented(const std::string& text) {
  std::string out, line;
  int number = 0;
  for (const char c : text + "\n") {
    if (c != '\n') {
      line += c;
      continue;
    }
    const std::string comment = "// <" + std::to_string(++number) + ">";
    out += number > 1 ? "    " + comment + "above\n" : "";
    out += line + (line.find("//") == std::string::npos ? "  " + comment : "") + "\n";
    line.clear();
  }
  return out;
}

std::vector<std::string> doubled_comments(const std::string& text) {
  std::vector<std::string> doubled;
  for (std::size_t at = text.find("// <"); at != std::string::npos;
       at = text.find("// <", at + 1)) {
    const std::string comment = text.substr(at, text.find_first_of("\r\n", at) - at);
    const std::size_t next = text.find(comment, at + 1);
    // "<1>" is not "<1>above".
    if (next != std::string::npos && text.find_first_of("\r\n", next) == next + comment.size()) {
      doubled.push_back(comment);
    }
  }
  return doubled;
}

struct Row {
  const char* what;
  std::string remedy, title;
  std::string before, after;
};

const std::vector<Row> rows{
    {"gate-lock, by acquire and by with", "gate-lock",
     "one more lock, gate, taken in T1 and T2 before a and b", R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {
    "a": "Lock",  // the first
    "b": "Lock"
  },
  "threads": {
    "T1": [
      // both
      {"acquire": "a"},  // A
      {"sleep": 1},
      {"acquire": "b"},
      {"release": "b"}, {"release": "a"}
    ],
    "T2": [{"with": "b", "do": [{"with": "a", "do": [{"pass": true}]}]}]
  }
})json",
     R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {
    "a": "Lock",  // the first
    "b": "Lock",
    "gate": "Lock"
  },
  "threads": {
    "T1": [
      {"acquire": "gate"},
      // both
      {"acquire": "a"},  // A
      {"sleep": 1},
      {"acquire": "b"},
      {"release": "gate"}, {"release": "b"}, {"release": "a"}
    ],
    "T2": [{"with": ["gate", "b"], "do": [{"with": "a", "do": [{"pass": true}]}]}]
  }
})json"},
    {"try-acquire, by acquire", "try-acquire",
     "only try for a in T2, and let b go where that fails",
     R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"a": "Lock", "b": "Lock"},
  "functions": {"take_b": [{"with": "b", "do": [{"pass": true}]}]},
  "threads": {
    "T1": [{"with": "a", "do": [{"call": "take_b"}]}],
    "T2": [
      {"acquire": "b"},  // B
      // a moment
      {"sleep": 1},
      {"acquire": "a"},  // A
      {"release": "a"},
      {"release": "b"}
    ]
  }
})json",
     R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"a": "Lock", "b": "Lock"},
  "functions": {"take_b": [{"with": "b", "do": [{"pass": true}]}]},
  "threads": {
    "T1": [{"with": "a", "do": [{"call": "take_b"}]}],
    "T2": [
      {"while": "True", "do": [
        {"acquire": "b"},  // B
        // a moment
        {"sleep": 1},
        {"acquire": "a", "timeout": 0.1, "into": "got"},  // A
        {"if": "got", "then": [{"break": true}]},
        {"release": "b"},
        {"sleep": 0.01}
      ]},
      {"release": "a"},
      {"release": "b"}
    ]
  }
})json"},
    {"try-acquire, by with", "try-acquire", "only try for a in T2, and let b go where that fails",
     R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"a": "Lock", "b": "Lock"},
  "variables": {"n": 0},
  "functions": {"take_b": [{"with": "b", "do": [{"pass": true}]}]},
  "threads": {
    "T1": [{"with": "a", "do": [{"call": "take_b"}]}],
    "T2": [
      {"with": "b", "do": [
        {"yield": true},
        {"with": "a", "do": [
          {"set": "n", "to": 1}  // both are held
        ]}
      ]}
    ]
  }
})json",
     R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"a": "Lock", "b": "Lock"},
  "variables": {"n": 0},
  "functions": {"take_b": [{"with": "b", "do": [{"pass": true}]}]},
  "threads": {
    "T1": [{"with": "a", "do": [{"call": "take_b"}]}],
    "T2": [
      {"while": "True", "do": [
        {"with": "b", "do": [
          {"yield": true},
          {"acquire": "a", "timeout": 0.1, "into": "got"},
          {"if": "got", "then": [
            {"try": [
              {"set": "n", "to": 1}  // both are held
            ], "finally": [{"release": "a"}]},
            {"break": true}
          ]}
        ]},
        {"sleep": 0.01}
      ]}
    ]
  }
})json"},
    {"try-acquire, two locks of one with", "try-acquire",
     "only try for a in T2, and let b go where that fails",
     R"json({"lockstep": 1, "machine": {"gil": "none"}, "objects": {"a": "Lock", "b": "Lock"},
  "functions": {"take_b": [{"with": "b", "do": [{"pass": true}]}]},
  "threads": {"T1": [{"with": "a", "do": [{"call": "take_b"}]}], "T2": [{"with": ["b", "a"], "do": [{"pass": true}]}]}})json",
     R"json({"lockstep": 1, "machine": {"gil": "none"}, "objects": {"a": "Lock", "b": "Lock"},
  "functions": {"take_b": [{"with": "b", "do": [{"pass": true}]}]},
  "threads": {"T1": [{"with": "a", "do": [{"call": "take_b"}]}], "T2": [{"while": "True", "do": [{"with": "b", "do": [{"acquire": "a", "timeout": 0.1, "into": "got"}, {"if": "got", "then": [{"try": [{"pass": true}], "finally": [{"release": "a"}]}, {"break": true}]}]}, {"sleep": 0.01}]}]}})json"},
    {"with, for a way out without a release", "with", "hold m by `with` in f", R"json({
  "lockstep": 1,
  "objects": {"m": "Lock"},
  "variables": {"n": 0},
  "functions": {
    "f": {"params": ["x"], "body": [
      {"global": "n"},
      // from here on
      {"acquire": "m"},  // M
      // nothing to do
      {"if": "x == 0", "then": [{"return": null}]},
      {"set": "n", "to": "n + x"},  // the work
      {"release": "m"}  // done
    ]}
  },
  "threads": {"T1": {"target": "f", "args": [0]}, "T2": {"target": "f", "args": [1]}}
})json",
     R"json({
  "lockstep": 1,
  "objects": {"m": "Lock"},
  "variables": {"n": 0},
  "functions": {
    "f": {"params": ["x"], "body": [
      {"global": "n"},
      // from here on
      {"with": "m", "do": [  // M
        // nothing to do
        {"if": "x == 0", "then": [{"return": null}]},
        {"set": "n", "to": "n + x"}  // the work
      ]}  // done
    ]}
  },
  "threads": {"T1": {"target": "f", "args": [0]}, "T2": {"target": "f", "args": [1]}}
})json"},
    {"with, for a permit that an exception keeps", "with", "hold s by `with` in T1 and T2",
     R"json({
  "lockstep": 1,
  "objects": {"s": "Semaphore"},
  "threads": {
    "T1": [{"acquire": "s"}, {"choose": "x", "from": [0, 1]}, {"if": "x", "then": [{"raise": "ValueError('x')"}]}, {"release": "s"}],
    "T2": [{"acquire": "s"}, {"pass": true}, {"release": "s"}]
  }
})json",
     R"json({
  "lockstep": 1,
  "objects": {"s": "Semaphore"},
  "threads": {
    "T1": [{"with": "s", "do": [{"choose": "x", "from": [0, 1]}, {"if": "x", "then": [{"raise": "ValueError('x')"}]}]}],
    "T2": [{"with": "s", "do": [{"pass": true}]}]
  }
})json"},
    {"with, where one way out has a release of its own", "with", "hold m by `with` in f",
     R"json({
  "lockstep": 1,
  "objects": {"m": "Lock"},
  "functions": {
    "f": {"params": ["x"], "body": [
      {"acquire": "m"},
      {"if": "x == 0", "then": [{"release": "m"}, {"return": null}]},
      {"if": "x == 1", "then": [{"return": null}]},
      {"release": "m"}
    ]}
  },
  "main": [{"for": "x", "in": "range(3)", "do": [{"call": "f", "args": ["x"]}]}]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"m": "Lock"},
  "functions": {
    "f": {"params": ["x"], "body": [
      {"with": "m", "do": [
        {"if": "x == 0", "then": [{"return": null}]},
        {"if": "x == 1", "then": [{"return": null}]}
      ]}
    ]}
  },
  "main": [{"for": "x", "in": "range(3)", "do": [{"call": "f", "args": ["x"]}]}]
})json"},
    {"release, before the last return", "release", "release m at the end of f", R"json({
  "lockstep": 1,
  "objects": {"m": "Lock"},
  "functions": {
    "f": [
      {"acquire": "m"},
      {"set": "x", "to": 1},  // the answer
      {"return": "x"}
    ]
  },
  "threads": {"T1": {"target": "f"}, "T2": {"target": "f"}}
})json",
     R"json({
  "lockstep": 1,
  "objects": {"m": "Lock"},
  "functions": {
    "f": [
      {"acquire": "m"},
      {"set": "x", "to": 1},  // the answer
      {"release": "m"},
      {"return": "x"}
    ]
  },
  "threads": {"T1": {"target": "f"}, "T2": {"target": "f"}}
})json"},
    {"while", "while", "test again after each wait in consume", R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "variables": {"items": []},
  "functions": {
    "consume": [
      {"with": "c", "do": [
        {"if": "not items",  // none yet
         "then": [
          {"wait": "c", "timeout": 1}  // for one
        ]},
        {"pop": "items"}
      ]}
    ]
  },
  "threads": {
    "C1": {"target": "consume"}, "C2": {"target": "consume"},
    "P": [{"with": "c", "do": [{"append": "items", "item": 1}, {"append": "items", "item": 2}, {"notify_all": "c"}]}]
  }
})json",
     R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "variables": {"items": []},
  "functions": {
    "consume": [
      {"with": "c", "do": [
        {"while": "not items",  // none yet
         "do": [
          {"wait": "c", "timeout": 1}  // for one
        ]},
        {"pop": "items"}
      ]}
    ]
  },
  "threads": {
    "C1": {"target": "consume"}, "C2": {"target": "consume"},
    "P": [{"with": "c", "do": [{"append": "items", "item": 1}, {"append": "items", "item": 2}, {"notify_all": "c"}]}]
  }
})json"},
    {"wait_for", "while", "wait_for instead of `if` and wait in consume", R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "variables": {"items": []},
  "functions": {
    "consume": [
      {"with": "c", "do": [{"if": "len(items) == 0", "then": [{"wait": "c"}]}, {"pop": "items"}]}
    ],
    "produce": [{"with": "c", "do": [{"append": "items", "item": 1}, {"notify": "c"}]}]
  },
  "threads": {
    "C1": {"target": "consume"}, "C2": {"target": "consume"},
    "P1": {"target": "produce"}, "P2": {"target": "produce"}
  }
})json",
     R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "variables": {"items": []},
  "functions": {
    "consume": [
      {"with": "c", "do": [{"wait_for": "c", "until": "not (len(items) == 0)"}, {"pop": "items"}]}
    ],
    "produce": [{"with": "c", "do": [{"append": "items", "item": 1}, {"notify": "c"}]}]
  },
  "threads": {
    "C1": {"target": "consume"}, "C2": {"target": "consume"},
    "P1": {"target": "produce"}, "P2": {"target": "produce"}
  }
})json"},
    {"notify-all", "notify-all", "notify all who wait on c, in T", R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "variables": {"go": false},
  "functions": {"wait": [{"with": "c", "do": [{"while": "not go", "do": [{"wait": "c"}]}]}]},
  "threads": {
    "W1": {"target": "wait"}, "W2": {"target": "wait"}, "W3": {"target": "wait"},
    "T": [{"with": "c", "do": [
      {"set": "go", "to": true},
      {"label": "tell", "notify": "c", "n": 2}  // two of them
    ]}]
  }
})json",
     R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "variables": {"go": false},
  "functions": {"wait": [{"with": "c", "do": [{"while": "not go", "do": [{"wait": "c"}]}]}]},
  "threads": {
    "W1": {"target": "wait"}, "W2": {"target": "wait"}, "W3": {"target": "wait"},
    "T": [{"with": "c", "do": [
      {"set": "go", "to": true},
      {"label": "tell", "notify_all": "c"}  // two of them
    ]}]
  }
})json"},
    {"under-lock, the call", "under-lock", "hold the condition's lock in T", R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "threads": {"T": [
    {"notify": "c"}  // whoever waits
  ]}
})json",
     R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "threads": {"T": [
    {"with": "c", "do": [
      {"notify": "c"}  // whoever waits
    ]}
  ]}
})json"},
    {"under-lock, the test", "under-lock", "test with c held in W", R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"c": "Condition"},
  "variables": {"ready": false},
  "threads": {
    "W": [
      {"if": "not ready", "then": [
        {"with": "c", "do": [
          {"wait": "c"}  // until then
        ]}
      ]}
    ],
    "T": [{"with": "c", "do": [{"set": "ready", "to": true}, {"notify": "c"}]}]
  }
})json",
     R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"c": "Condition"},
  "variables": {"ready": false},
  "threads": {
    "W": [
      {"with": "c", "do": [
        {"while": "not ready", "do": [
          {"wait": "c"}  // until then
        ]}
      ]}
    ],
    "T": [{"with": "c", "do": [{"set": "ready", "to": true}, {"notify": "c"}]}]
  }
})json"},
    {"under-lock, the change", "under-lock", "change it before the notify, with c held, in T",
     R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"c": "Condition"},
  "variables": {"ready": false},
  "threads": {
    "W": [{"with": "c", "do": [{"while": "not ready", "do": [{"wait": "c"}]}]}],
    "T": [
      {"with": "c", "do": [
        {"notify": "c"}
      ]},
      // at last
      {"set": "ready", "to": true}  // now
    ]
  }
})json",
     R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"c": "Condition"},
  "variables": {"ready": false},
  "threads": {
    "W": [{"with": "c", "do": [{"while": "not ready", "do": [{"wait": "c"}]}]}],
    "T": [
      {"with": "c", "do": [
        // at last
        {"set": "ready", "to": true},  // now
        {"notify": "c"}
      ]}
    ]
  }
})json"},
    {"predicate", "predicate",
     "remember in told that c was notified, and look there before waiting",
     R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "functions": {"tell": [{"with": "c", "do": [{"notify": "c"}]}]},
  "threads": {
    "W": [{"with": "c", "do": [
      {"wait": "c"}  // for the notify
    ]}],
    "T": {"target": "tell"}
  }
})json",
     R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "functions": {"tell": [{"global": "told"}, {"with": "c", "do": [{"set": "told", "to": true}, {"notify": "c"}]}]},
  "threads": {
    "W": [{"with": "c", "do": [
      {"while": "not told", "do": [
        {"wait": "c"}  // for the notify
      ]}
    ]}],
    "T": {"target": "tell"}
  },
  "variables": {"told": false}
})json"},
    {"predicate, counted", "predicate",
     "count what is notified on c in told2, and wait until it is there", R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "variables": {"told": 0, "through": 0, "let": 0},
  "functions": {
    "pass_by": [{"global": "through"}, {"with": "c", "do": [{"wait": "c"}, {"set": "through", "to": "through + 1"}]}]
  },
  "threads": {
    "W1": {"target": "pass_by"}, "W2": {"target": "pass_by"},
    "T": [{"with": "c", "do": [{"set": "let", "to": 1}, {"notify": "c"}]}, {"sleep": 1}, {"with": "c", "do": [{"set": "let", "to": 2}, {"notify": "c"}]}]
  },
  "invariants": ["through <= let"]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"c": "Condition"},
  "variables": {"told": 0, "through": 0, "let": 0, "told2": 0},
  "functions": {
    "pass_by": [{"global": "told2"}, {"global": "through"}, {"with": "c", "do": [{"while": "told2 == 0", "do": [{"wait": "c"}]}, {"set": "told2", "to": "told2 - 1"}, {"set": "through", "to": "through + 1"}]}]
  },
  "threads": {
    "W1": {"target": "pass_by"}, "W2": {"target": "pass_by"},
    "T": [{"with": "c", "do": [{"set": "let", "to": 1}, {"set": "told2", "to": "told2 + 1"}, {"notify": "c"}]}, {"sleep": 1}, {"with": "c", "do": [{"set": "let", "to": 2}, {"set": "told2", "to": "told2 + 1"}, {"notify": "c"}]}]
  },
  "invariants": ["through <= let"]
})json"},
    {"sentinels", "sentinels", "put None into q 3 times in main", R"json({
  "lockstep": 1,
  "objects": {"q": "Queue"},
  "functions": {"consume": [{"get": "q", "into": "x"}, {"while": "x is not None", "do": [{"get": "q", "into": "x"}]}]},
  "main": [
    {"for": "i", "in": "range(3)", "do": [{"spawn": "consume"}]},
    {"put": "q", "item": 1},
    // the end
    {"put": "q", "item": null}  // None
  ]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"q": "Queue"},
  "functions": {"consume": [{"get": "q", "into": "x"}, {"while": "x is not None", "do": [{"get": "q", "into": "x"}]}]},
  "main": [
    {"for": "i", "in": "range(3)", "do": [{"spawn": "consume"}]},
    {"put": "q", "item": 1},
    {"for": "_", "in": "range(3)", "do": [
      // the end
      {"put": "q", "item": null}  // None
    ]}
  ]
})json"},
    {"task-done, at the end", "task-done", "task_done of q once an item is dealt with in worker",
     R"json({
  "lockstep": 1,
  "objects": {"q": "Queue"},
  "functions": {
    "worker": [{"while": "True", "do": [
      {"get": "q", "into": "x"}  // wait
    ]}]
  },
  "threads": {"W": {"target": "worker", "daemon": true}},
  "main": [{"start": "W"}, {"put": "q", "item": 1}, {"join": "q"}]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"q": "Queue"},
  "functions": {
    "worker": [{"while": "True", "do": [
      {"get": "q", "into": "x"},  // wait
      {"task_done": "q"}
    ]}]
  },
  "threads": {"W": {"target": "worker", "daemon": true}},
  "main": [{"start": "W"}, {"put": "q", "item": 1}, {"join": "q"}]
})json"},
    {"task-done, in a finally", "task-done", "task_done of q in a `finally` in worker", R"json({
  "lockstep": 1,
  "objects": {"q": "Queue"},
  "functions": {
    "worker": [{"for": "i", "in": "range(2)", "do": [
      {"get": "q", "into": "x"},
      {"if": "x == 0", "then": [{"continue": true}]},  // nothing to do
      {"task_done": "q"}
    ]}]
  },
  "threads": {"W": {"target": "worker"}},
  "main": [{"start": "W"}, {"put": "q", "item": 0}, {"put": "q", "item": 1}, {"join": "q"}]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"q": "Queue"},
  "functions": {
    "worker": [{"for": "i", "in": "range(2)", "do": [
      {"get": "q", "into": "x"},
      {"try": [
        {"if": "x == 0", "then": [{"continue": true}]}  // nothing to do
      ], "finally": [{"task_done": "q"}]}
    ]}]
  },
  "threads": {"W": {"target": "worker"}},
  "main": [{"start": "W"}, {"put": "q", "item": 0}, {"put": "q", "item": 1}, {"join": "q"}]
})json"},
    {"larger-queue", "larger-queue", "room for 3 items in q", R"json({
  "lockstep": 1,
  "params": {"ROOM": 1},
  "objects": {"q": {"type": "Queue", "maxsize": "ROOM"}},
  "main": [{"for": "i", "in": "range(3)", "do": [{"put": "q", "item": "i"}]}, {"for": "i", "in": "range(3)", "do": [{"get": "q"}]}]
})json",
     R"json({
  "lockstep": 1,
  "params": {"ROOM": 1},
  "objects": {"q": {"type": "Queue", "maxsize": 3}},
  "main": [{"for": "i", "in": "range(3)", "do": [{"put": "q", "item": "i"}]}, {"for": "i", "in": "range(3)", "do": [{"get": "q"}]}]
})json"},
    {"more-permits", "more-permits", "4 permits of s", R"json({
  "lockstep": 1,
  "objects": {"s": {"type": "Semaphore", "value": 3}},
  "functions": {"f": [{"acquire": "s"}, {"acquire": "s"}, {"acquire": "s"}, {"release": "s", "n": 3}]},
  "main": [{"acquire": "s"}, {"spawn": "f", "as": "t"}, {"acquire": "s"}, {"release": "s", "n": 2}, {"join": "t"}]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"s": {"type": "Semaphore", "value": 4}},
  "functions": {"f": [{"acquire": "s"}, {"acquire": "s"}, {"acquire": "s"}, {"release": "s", "n": 3}]},
  "main": [{"acquire": "s"}, {"spawn": "f", "as": "t"}, {"acquire": "s"}, {"release": "s", "n": 2}, {"join": "t"}]
})json"},
    {"lock-order of semaphores", "lock-order", "take x before y in B", R"json({
  "lockstep": 1,
  "objects": {"x": "Semaphore", "y": "BoundedSemaphore"},
  "threads": {
    "A": [{"acquire": "x"}, {"acquire": "y"}, {"release": "y"}, {"release": "x"}],
    "B": [{"acquire": "y"}, {"acquire": "x"}, {"release": "x"}, {"release": "y"}]
  }
})json",
     R"json({
  "lockstep": 1,
  "objects": {"x": "Semaphore", "y": "BoundedSemaphore"},
  "threads": {
    "A": [{"acquire": "x"}, {"acquire": "y"}, {"release": "y"}, {"release": "x"}],
    "B": [{"acquire": "x"}, {"acquire": "y"}, {"release": "x"}, {"release": "y"}]
  }
})json"},
    {"parties", "parties", "a barrier b for 2", R"json({
  "lockstep": 1,
  "objects": {
    "b": {
      "type": "Barrier",
      "parties": 3  // all of them
    }
  },
  "threads": {"T1": [{"barrier_wait": "b"}], "T2": [{"barrier_wait": "b"}]}
})json",
     R"json({
  "lockstep": 1,
  "objects": {
    "b": {
      "type": "Barrier",
      "parties": 2  // all of them
    }
  },
  "threads": {"T1": [{"barrier_wait": "b"}], "T2": [{"barrier_wait": "b"}]}
})json"},
    {"more-workers", "more-workers", "3 workers for pool", R"json({
  "lockstep": 1,
  "machine": {"cores": 1},
  "objects": {"pool": {"type": "ThreadPoolExecutor", "max_workers": 1}},
  "functions": {
    "c": [{"return": 1}],
    "b": [{"submit": "pool", "function": "c", "into": "f"}, {"result": "f", "into": "x"}, {"return": "x"}],
    "a": [{"submit": "pool", "function": "b", "into": "f"}, {"result": "f", "into": "x"}, {"return": "x"}]
  },
  "main": [{"submit": "pool", "function": "a", "into": "f"}, {"result": "f"}]
})json",
     R"json({
  "lockstep": 1,
  "machine": {"cores": 1},
  "objects": {"pool": {"type": "ThreadPoolExecutor", "max_workers": 3}},
  "functions": {
    "c": [{"return": 1}],
    "b": [{"submit": "pool", "function": "c", "into": "f"}, {"result": "f", "into": "x"}, {"return": "x"}],
    "a": [{"submit": "pool", "function": "b", "into": "f"}, {"result": "f", "into": "x"}, {"return": "x"}]
  },
  "main": [{"submit": "pool", "function": "a", "into": "f"}, {"result": "f"}]
})json"},
    {"call-directly", "call-directly", "call the function in a instead of waiting for a worker",
     R"json({
  "lockstep": 1,
  "objects": {"pool": {"type": "ThreadPoolExecutor", "max_workers": 1}},
  "functions": {
    "b": {"params": ["x"], "body": [{"return": "x"}]},
    "a": [
      {"submit": "pool", "function": "b", "args": [1], "into": "f"},
      {"submit": "pool", "function": "b", "args": [2], "into": "g"},
      {"result": "f", "into": "x"},  // the first
      {"result": "g", "into": "y"},  // the second
      {"return": "x + y"}
    ]
  },
  "main": [{"submit": "pool", "function": "a", "into": "f"}, {"result": "f"}]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"pool": {"type": "ThreadPoolExecutor", "max_workers": 1}},
  "functions": {
    "b": {"params": ["x"], "body": [{"return": "x"}]},
    "a": [
      {"call": "b", "args": [1], "into": "x"},  // the first
      {"call": "b", "args": [2], "into": "y"},  // the second
      {"return": "x + y"}
    ]
  },
  "main": [{"submit": "pool", "function": "a", "into": "f"}, {"result": "f"}]
})json"},
    {"join-order, out of a with", "join-order", "move line 8 (join t) behind the `with` around it",
     R"json({
  "lockstep": 1,
  "objects": {"m": "Lock"},
  "functions": {"f": [{"with": "m", "do": [{"pass": true}]}]},
  "main": [
    {"with": "m", "do": [
      {"spawn": "f", "as": "t"},
      {"join": "t"}  // wait
    ]}
  ]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"m": "Lock"},
  "functions": {"f": [{"with": "m", "do": [{"pass": true}]}]},
  "main": [
    {"with": "m", "do": [
      {"spawn": "f", "as": "t"}
    ]},
    {"join": "t"}  // wait
  ]
})json"},
    {"join-order, the loop as a whole", "join-order", "move line 5 (join t) to the end of its list",
     R"json({
  "lockstep": 1,
  "objects": {"q": {"type": "Queue", "maxsize": 1}},
  "functions": {"f": [{"put": "q", "item": 1}]},
  "main": [{"set": "ts", "to": "[]"}, {"for": "i", "in": "range(2)", "do": [{"spawn": "f", "as": "t"}, {"append": "ts", "item": "t"}]}, {"for": "t", "in": "ts", "do": [{"join": "t"}]}, {"get": "q"}, {"get": "q"}]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"q": {"type": "Queue", "maxsize": 1}},
  "functions": {"f": [{"put": "q", "item": 1}]},
  "main": [{"set": "ts", "to": "[]"}, {"for": "i", "in": "range(2)", "do": [{"spawn": "f", "as": "t"}, {"append": "ts", "item": "t"}]}, {"get": "q"}, {"get": "q"}, {"for": "t", "in": "ts", "do": [{"join": "t"}]}]
})json"},
    {"join-order, a join that goes", "join-order", "leave out line 4 (join T2)", R"json({
  "lockstep": 1,
  "threads": {
    "T1": [{"join": "T2"}],  // why?
    "T2": [{"join": "T1"}]
  }
})json",
     R"json({
  "lockstep": 1,
  "threads": {
    "T1": [{"pass": true}],  // why?
    "T2": [{"join": "T1"}]
  }
})json"},
    {"daemon", "daemon", "threads that execute serve, which never ends, become daemons", R"json({
  "lockstep": 1,
  "objects": {"q": "Queue"},
  "functions": {"serve": [{"while": "True", "do": [{"get": "q"}, {"task_done": "q"}]}]},
  "threads": {"S": {"target": "serve"}},
  "main": [{"start": "S"}, {"spawn": "serve"}, {"put": "q", "item": 1}, {"join": "q"}]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"q": "Queue"},
  "functions": {"serve": [{"while": "True", "do": [{"get": "q"}, {"task_done": "q"}]}]},
  "threads": {"S": {"target": "serve", "daemon": true}},
  "main": [{"start": "S"}, {"spawn": "serve", "daemon": true}, {"put": "q", "item": 1}, {"join": "q"}]
})json"},
    {"lock, for an update in pieces", "lock", "a new lock, n_lock, for n in work", R"json({
  "lockstep": 1,
  "objects": {"done": "Event"},
  "variables": {"n": 2},
  "functions": {
    "work": [
      {"global": "n"},
      // one less
      {"set": "temp", "to": "n"},
      {"sleep": 1},  // slow
      {"set": "n", "to": "temp - 1"},
      {"event_set": "done"}
    ]
  },
  "threads": {"T1": {"target": "work"}, "T2": {"target": "work"}},
  "finally": ["n == 0"]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"done": "Event", "n_lock": "Lock"},
  "variables": {"n": 2},
  "functions": {
    "work": [
      {"global": "n"},
      {"with": "n_lock", "do": [
        // one less
        {"set": "temp", "to": "n"},
        {"sleep": 1},  // slow
        {"set": "n", "to": "temp - 1"}
      ]},
      {"event_set": "done"}
    ]
  },
  "threads": {"T1": {"target": "work"}, "T2": {"target": "work"}},
  "finally": ["n == 0"]
})json"},
    {"clear, before the wait for what it undoes", "clear",
     "move line 10 (clear ready) behind the wait", R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"ready": "Event"},
  "variables": {"n": 0},
  "threads": {
    "A": [{"event_set": "ready"}],
    "B": [
      // from now on
      {"event_clear": "ready"},  // C
      {"yield": true},
      {"wait": "ready"},
      {"set": "n", "to": 1}
    ]
  }
})json",
     R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"ready": "Event"},
  "variables": {"n": 0},
  "threads": {
    "A": [{"event_set": "ready"}],
    "B": [
      {"yield": true},
      {"wait": "ready"},
      // from now on
      {"event_clear": "ready"},  // C
      {"set": "n", "to": 1}
    ]
  }
})json"},
    {"socket-order, where both wait for data", "socket-order",
     "send before receiving in client, line 13", R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"port": "Listener"},
  "functions": {
    "server": [
      {"accept": "port", "into": "c"},
      {"recv": "c", "size": 10, "into": "x"},
      {"send": "c", "data": "b'hello'"}  // greet
    ],
    "client": [
      {"connect": "port", "into": "c"},
      {"recv": "c", "size": 10, "into": "y"},  // who is it
      // at last
      {"send": "c", "data": "b'hi'"}
    ]
  },
  "main": [{"listen": "port"}, {"spawn": "server"}, {"spawn": "client"}]
})json",
     R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"port": "Listener"},
  "functions": {
    "server": [
      {"accept": "port", "into": "c"},
      {"recv": "c", "size": 10, "into": "x"},
      {"send": "c", "data": "b'hello'"}  // greet
    ],
    "client": [
      {"connect": "port", "into": "c"},
      // at last
      {"send": "c", "data": "b'hi'"},
      {"recv": "c", "size": 10, "into": "y"}  // who is it
    ]
  },
  "main": [{"listen": "port"}, {"spawn": "server"}, {"spawn": "client"}]
})json"},
    {"get-lock, in a loop", "get-lock", "hold the lock of v in work", R"json({
  "lockstep": 1,
  "objects": {"v": {"type": "mp.Value", "value": 0}},
  "functions": {
    "work": [
      {"for": "i", "in": "range(2)", "do": [
        {"set": "x", "to": "v.value"},  // read
        {"set": "v.value", "to": "x + 1"}
      ]}
    ]
  },
  "main": [
    {"process": "p", "target": "work"}, {"start": "p"},
    {"call": "work"},
    {"join": "p"}
  ],
  "finally": ["v.value == 4"]
})json",
     R"json({
  "lockstep": 1,
  "objects": {"v": {"type": "mp.Value", "value": 0}},
  "functions": {
    "work": [
      {"for": "i", "in": "range(2)", "do": [
        {"with": "v", "do": [
          {"set": "x", "to": "v.value"},  // read
          {"set": "v.value", "to": "x + 1"}
        ]}
      ]}
    ]
  },
  "main": [
    {"process": "p", "target": "work"}, {"start": "p"},
    {"call": "work"},
    {"join": "p"}
  ],
  "finally": ["v.value == 4"]
})json"},
    {"lock, for a look and an act, without objects", "lock", "a new lock, jobs_lock, for jobs in f",
     R"json({"lockstep": 1, "machine": {"gil": "none"}, "variables": {"jobs": [1]},
  "functions": {"f": [{"if": "jobs", "then": [{"pop": "jobs"}]}]},
  "threads": {"T1": {"target": "f"}, "T2": {"target": "f"}}})json",
     R"json({"lockstep": 1, "machine": {"gil": "none"}, "variables": {"jobs": [1]},
  "functions": {"f": [{"with": "jobs_lock", "do": [{"if": "jobs", "then": [{"pop": "jobs"}]}]}]},
  "threads": {"T1": {"target": "f"}, "T2": {"target": "f"}}, "objects": {"jobs_lock": "Lock"}})json"},
};

TEST_CASE("Remedies: what is verified, and how the text looks then", "[remedy][remedies]") {
  const Row row = GENERATE(from_range(rows));
  const std::string end_of_line = GENERATE("\n", "\r\n");
  INFO(row.what);
  const FixResult result = fixed(with_lines(row.before, end_of_line));
  INFO(summary(result));
  const auto tried = of(result, row.remedy);
  const auto found = std::ranges::find_if(
      tried, [&](const TriedRemedy* one) { return one->proposal.title == row.title; });
  REQUIRE(found != tried.end());
  CHECK((*found)->proposal.patched_text == with_lines(row.after, end_of_line));
  CHECK((*found)->verdict == TriedRemedy::Verdict::verified);
  CHECK((*found)->timed_run_ends);
  CHECK(result.exploration.findings.size() > 0);
}

TEST_CASE("Remedies: no comment is doubled, whatever ends the lines", "[remedy][remedies]") {
  const Row row = GENERATE(from_range(rows));
  INFO(row.what);
  const std::string text = commented(row.before);
  const FixResult result = fixed(text);
  const FixResult other = fixed(with_lines(text, "\r\n"));
  CHECK(!result.tried.empty());
  REQUIRE(result.tried.size() == other.tried.size());
  for (std::size_t i = 0; i < result.tried.size(); ++i) {
    const Proposal& proposal = result.tried[i].proposal;
    INFO(proposal.title << "\n" << proposal.patched_text);
    CHECK(other.tried[i].proposal.patched_text == with_lines(proposal.patched_text, "\r\n"));
    CHECK(doubled_comments(proposal.patched_text) == std::vector<std::string>());
  }
}

struct Refuted {
  const char* what;
  std::string remedy, reason;  // of the best of that name; empty: there is none
  std::string text;
};

TEST_CASE("Remedies: what is refuted, and why; what does not apply", "[remedy][remedies]") {
  const Refuted row = GENERATE(values<Refuted>({
      {"gate-lock: a lock taken in a branch, and let go there", "gate-lock", "", R"json({
  "lockstep": 1, "machine": {"gil": "none"}, "objects": {"a": "Lock", "b": "Lock"},
  "threads": {
    "T1": [{"try": [{"acquire": "a"}], "finally": [{"pass": true}]}, {"acquire": "b"}, {"release": "b"}, {"release": "a"}],
    "T2": [{"with": ["b", "a"], "do": [{"pass": true}]}]
  }})json"},
      {"try-acquire: what stands between would be done twice", "try-acquire", "", R"json({
  "lockstep": 1, "machine": {"gil": "none"}, "objects": {"a": "Lock", "b": "Lock"}, "variables": {"n": 0},
  "threads": {
    "T1": [{"acquire": "a"}, {"set": "n", "to": "n + 1"}, {"acquire": "b"}, {"release": "b"}, {"release": "a"}],
    "T2": [{"acquire": "b"}, {"set": "n", "to": "n + 1"}, {"acquire": "a"}, {"release": "a"}, {"release": "b"}]
  }})json"},
      {"with: the one who keeps it does so on purpose", "with", "", R"json({
  "lockstep": 1, "objects": {"m": "Lock"},
  "functions": {"take": [{"acquire": "m"}]},
  "threads": {"T1": [{"call": "take"}], "T2": [{"call": "take"}]}})json"},
      {"release: by another thread, which ends first", "release",
       "it does something new: T2 ends with RuntimeError: release unlocked lock", R"json({
  "lockstep": 1, "objects": {"m": "Lock"}, "variables": {"n": 0},
  "functions": {"let_go": [{"release": "m"}]},
  "threads": {
    "T1": [{"choose": "x", "from": [0, 1]}, {"acquire": "m"}, {"if": "x", "then": [{"call": "let_go"}]}],
    "T2": [{"acquire": "m"}, {"release": "m"}]
  }})json"},
      {"while: nobody notifies again", "while",
       "it does not mend this: T1 ends with IndexError: pop from empty list", R"json({
  "lockstep": 1, "objects": {"c": "Condition"}, "variables": {"items": []},
  "threads": {
    "T1": [{"pop": "items"}],
    "T2": [{"with": "c", "do": [{"if": "not items", "then": [{"wait": "c", "timeout": 1}]}]}],
    "T3": [{"with": "c", "do": [{"append": "items", "item": 1}, {"notify": "c"}]}]
  }})json"},
      {"notify-all: it comes too early", "notify-all",
       "it still deadlocks: W waits on c, and no thread is left that could notify", R"json({
  "lockstep": 1, "objects": {"c": "Condition"},
  "threads": {
    "W": [{"with": "c", "do": [{"wait": "c"}]}],
    "T": [{"with": "c", "do": [{"notify": "c"}]}]
  }})json"},
      {"under-lock: nobody sets it", "under-lock",
       "it still deadlocks: W waits on c, and no thread is left that could notify", R"json({
  "lockstep": 1, "machine": {"gil": "none"}, "objects": {"c": "Condition"}, "variables": {"ready": false},
  "threads": {
    "W": [{"while": "not ready", "do": [{"with": "c", "do": [{"wait": "c"}]}]}],
    "T": [{"with": "c", "do": [{"notify": "c"}]}]
  }})json"},
      {"predicate: more wait than are notified", "predicate",
       "it still deadlocks: W1 waits on c, and no thread is left that could notify", R"json({
  "lockstep": 1, "objects": {"c": "Condition"},
  "functions": {"wait": [{"with": "c", "do": [{"wait": "c"}]}]},
  "threads": {
    "W1": {"target": "wait"}, "W2": {"target": "wait"},
    "T": [{"choose": "x", "from": [0, 1]}, {"if": "x", "then": [{"with": "c", "do": [{"notify_all": "c"}]}]}]
  }})json"},
      {"sentinels: what is put is no constant", "sentinels", "", R"json({
  "lockstep": 1, "objects": {"q": "Queue"},
  "threads": {"C": [{"get": "q"}, {"get": "q"}], "P": [{"set": "x", "to": 1}, {"put": "q", "item": "x"}]}})json"},
      {"task-done: a get that fails has none", "task-done",
       "it does something new: W ends with ValueError: task_done() called too many times", R"json({
  "lockstep": 1, "objects": {"q": "Queue"},
  "threads": {
    "W": [{"get": "q"}, {"choose": "x", "from": [0, 1]}, {"if": "x", "then": [{"call": "tell"}]}],
    "M": [{"put": "q", "item": 1}, {"join": "q"}]
  },
  "functions": {"tell": [{"task_done": "q"}]}})json"},
      {"larger-queue: nobody takes it out", "larger-queue", "it ends", R"json({
  "lockstep": 1, "objects": {"q": {"type": "Queue", "maxsize": 1}}, "variables": {"n": 0},
  "main": [{"choose": "x", "from": [1, 2]}, {"for": "i", "in": "range(x)", "do": [{"put": "q", "item": "i"}, {"set": "n", "to": "n + 1"}]}]})json"},
      {"parties: one of them may not come", "parties",
       "it still deadlocks: T1 waits at b for 2 more of 3, and no thread is left that could "
       "come; "
       "likewise up to: a barrier b for 10",
       R"json({
  "lockstep": 1, "objects": {"b": {"type": "Barrier", "parties": 2}},
  "threads": {"T1": [{"barrier_wait": "b"}], "T2": [{"choose": "x", "from": [0, 1]}, {"if": "x", "then": [{"barrier_wait": "b"}]}]}})json"},
      {"more-workers: there are always more tasks than workers", "more-workers", "it still",
       R"json({
  "lockstep": 1, "machine": {"cores": 1},
  "objects": {"pool": {"type": "ThreadPoolExecutor", "max_workers": 1}},
  "functions": {"f": [{"submit": "pool", "function": "f", "into": "x"}, {"result": "x"}]},
  "main": [{"submit": "pool", "function": "f"}]})json"},
      {"call-directly: the future is used otherwise too", "call-directly", "", R"json({
  "lockstep": 1,
  "objects": {"pool": {"type": "ThreadPoolExecutor", "max_workers": 1}},
  "functions": {
    "b": [{"return": 1}],
    "a": [{"submit": "pool", "function": "b", "into": "f"}, {"set": "d", "to": "f.done()"}, {"result": "f"}]
  },
  "main": [{"submit": "pool", "function": "a", "into": "f"}, {"result": "f"}]})json"},
      {"join-order: it is the last already", "join-order", "", R"json({
  "lockstep": 1, "objects": {"m": "Lock"},
  "functions": {"f": [{"acquire": "m"}, {"release": "m"}]},
  "main": [{"acquire": "m"}, {"spawn": "f", "as": "t"}, {"join": "t"}]})json"},
      {"daemon: it may not have dealt with all", "daemon", "it ends too early: n = 0", R"json({
  "lockstep": 1, "objects": {"q": "Queue"}, "variables": {"n": 0},
  "functions": {"serve": [{"global": "n"}, {"while": "True", "do": [{"get": "q"}, {"set": "n", "to": "n + 1"}]}]},
  "threads": {"S": {"target": "serve"}},
  "main": [{"start": "S"}, {"put": "q", "item": 1}]})json"},
      {"daemon: one that would end is waited for", "daemon", "", R"json({
  "lockstep": 1, "objects": {"q": "Queue"},
  "functions": {"consume": [{"get": "q"}]},
  "threads": {"S": {"target": "consume"}},
  "main": [{"start": "S"}]})json"},
      {"lock: the fault is another one", "lock",
       "it does not mend this: n == 3 does not hold at the end: n = 2",
       R"json({
  "lockstep": 1, "machine": {"gil": "none"}, "variables": {"n": 0},
  "functions": {"f": [{"global": "n"}, {"set": "n", "to": "n + 1"}]},
  "threads": {"T1": {"target": "f"}, "T2": {"target": "f"}},
  "finally": ["n == 3"]})json"},
  }));
  INFO(row.what);
  const FixResult result = fixed(row.text);
  INFO(summary(result));
  CHECK(result.exploration.findings.size() > 0);
  const auto tried = of(result, row.remedy);
  if (row.reason.empty()) {
    CHECK(tried.empty());
  } else {
    REQUIRE(!tried.empty());
    CHECK(tried[0]->verdict == TriedRemedy::Verdict::refuted);
    CHECK_THAT(tried[0]->reason, Catch::StartsWith(row.reason));
  }
}

}  // namespace
}  // namespace lockstep
