// compile: what code a scenario becomes, next to the scenario; what names mean; and what is said of
// names, kinds and shapes that do not fit. That the code does what Python does is the matter of
// programs_test.cpp.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "language/load.h"

namespace lockstep {
namespace {

// `body` is a JSON array of statements, and becomes that of f(); the rest is always the same.
std::string scenario_of(std::string_view body) {
  return R"({"lockstep": 1, "name": "test", "params": {"N": 3},
 "objects": {"mutexA": "Lock", "forks": {"type": "Lock", "count": 3}, "cond": "Condition",
             "ready": "Event", "sem": "Semaphore", "queue": "Queue", "simple": "SimpleQueue"},
 "variables": {"n": 0, "m": 0, "count": 0, "xs": [], "d": {"k": [0]}},
 "functions": {"f": {"params": [], "body": [{"global": "n"},
)" + std::string(body.substr(1)) +
         R"(}, "g": {"params": ["a"], "body": [{"return": "a"}]}},
 "threads": {"T1": [{"call": "f"}], "T2": []}})";
}

Program compiled(const std::string& text) {
  Loaded loaded = load("test.json", text);
  if (!loaded.program) FAIL(render("test.json", text, loaded.complaints));
  CHECK(verify(*loaded.program).empty());
  return std::move(*loaded.program);
}

// The part of the listing that is about one function.
std::string listing(const Program& program, std::string_view function) {
  const std::string all = "\n" + disassemble(program);
  const std::size_t begin = all.find("\n" + std::string(function) + "(");
  REQUIRE(begin != std::string::npos);
  std::size_t end = begin + 1;
  do {
    end = all.find('\n', end) + 1;
  } while (end < all.size() && all[end] == ' ');
  return all.substr(begin + 1, end - begin - 1);
}

// "column: pointer: message", a line each.
std::string complaints(const std::string& text) {
  std::vector<Complaint> sorted = load("test.json", text).complaints;
  std::ranges::stable_sort(sorted, {}, [](const Complaint& complaint) {
    return std::pair(complaint.place.line, complaint.place.column);
  });
  std::string out;
  for (const Complaint& complaint : sorted) {
    out += (out.empty() ? "" : "\n") + std::to_string(complaint.place.column) + ": " +
           complaint.place.pointer + ": " + complaint.message;
  }
  return out;
}

TEST_CASE("compile: the code of each statement", "[language][compile]") {
  struct Row {
    std::string_view what, body, listing;
  };
  const Row row = GENERATE(values<Row>({
      {"an update of a shared variable is a load, arithmetic and a store",
       R"json([{"set": "n", "to": "n - 1"}])json",
       R"(f()
   0  load_global n                 ; n = n - 1
   1  constant 1
   2  binary -
   3  store_global n
   4  constant None
   5  return_value
)"},
      {"a name assigned without global is local, even where a variable has the name",
       R"json([{"set": "m", "to": "m + 1"}])json",
       R"(f() local m
   0  load_local m                  ; m = m + 1
   1  constant 1
   2  binary +
   3  store_local m
   4  constant None
   5  return_value
)"},
      {"the value is there before the container's subscripts",
       R"json([{"set": "xs[n]", "to": "n"}])json",
       R"(f()
   0  load_global n                 ; xs[n] = n
   1  load_global n
   2  swap
   3  update_global xs set_item
   4  constant None
   5  return_value
)"},
      {"a constant is as well evaluated last", R"json([{"set": "d['k'][0]", "to": 1}])json",
       R"(f()
   0  constant 'k'                  ; d['k'][0] = 1
   1  constant 0
   2  constant 1
   3  update_global d set_item under 1
   4  constant None
   5  return_value
)"},
      {"a container in a container", R"json([{"set": "d['k'][n]", "to": "n"}])json",
       R"(f()
   0  load_global n                 ; d['k'][n] = n
   1  constant 'k'
   2  load_global n
   3  lift 2
   4  update_global d set_item under 1
   5  constant None
   6  return_value
)"},
      {"lists of variables and of locals change in one step",
       R"json([{"set": "ys", "to": []}, {"append": "ys", "item": 1}, {"append": "xs", "item": "n"}, {"pop": "d['k']", "index": 0, "into": "y"}, {"pop": "ys"}])json",
       R"(f() local ys, y
   0  constant []                   ; ys = []
   1  store_local ys
   2  constant 1                    ; ys.append(1)
   3  update_local ys append
   4  load_global n                 ; xs.append(n)
   5  update_global xs append
   6  constant 'k'                  ; y = d['k'].pop(0)
   7  constant 0
   8  update_global d pop_at under 1
   9  store_local y
  10  update_local ys pop           ; ys.pop()
  11  pop
  12  constant None
  13  return_value
)"},
      {"constants are folded, calls are not",
       R"json([{"print": ["-1", "N * 2", "(1, [2, -N])", "1 // 0", "'a' + 'b'", "int(1)"]}])json",
       R"(f()
   0  constant -1                   ; print(-1, N * 2, (1, [2, -N]), 1 // 0, 'a' + 'b', int(1))
   1  constant 6
   2  constant (1, [2, -3])
   3  constant 1
   4  constant 0
   5  binary //
   6  constant 'a'
   7  constant 'b'
   8  binary +
   9  constant 1
  10  call_builtin int 1
  11  perform print 6
  12  pop
  13  constant None
  14  return_value
)"},
      {"and, or and conditional evaluate what they need",
       R"json([{"set": "x", "to": "n and m or xs"}, {"set": "x", "to": "n if m else xs"}])json",
       R"(f() local x
   0  load_global n                 ; x = n and m or xs
   1  jump_if_false_keep -> 3
   2  load_global m
   3  jump_if_true_keep -> 5
   4  load_global xs
   5  store_local x
   6  load_global m                 ; x = n if m else xs
   7  jump_if_false -> 10
   8  load_global n
   9  jump -> 11
  10  load_global xs
  11  store_local x
  12  constant None
  13  return_value
)"},
      {"a condition jumps without making a bool",
       R"json([{"if": "not (n and m) or xs", "then": [{"pass": true}, {"print": "1"}], "else": [{"print": "2"}]}])json",
       R"(f()
   0  load_global n                 ; if not (n and m) or xs
   1  jump_if_false -> 6
   2  load_global m
   3  jump_if_false -> 6
   4  load_global xs
   5  jump_if_false -> 10
   6  constant 1                    ; print(1)
   7  perform print 1
   8  pop
   9  jump -> 13                    ; if not (n and m) or xs
  10  constant 2                    ; print(2)
  11  perform print 1
  12  pop
  13  constant None                 ; if not (n and m) or xs
  14  return_value
)"},
      {"the middle of a chain is evaluated once",
       R"json([{"set": "x", "to": "0 <= n < N"}, {"if": "0 <= n < N", "then": [{"print": "x"}]}])json",
       R"(f() local x
   0  constant 0                    ; x = 0 <= n < N
   1  load_global n
   2  duplicate
   3  lift 2
   4  swap
   5  compare <=
   6  jump_if_false_keep -> 10
   7  constant 3
   8  compare <
   9  jump -> 12
  10  swap
  11  pop
  12  store_local x
  13  constant 0                    ; if 0 <= n < N
  14  load_global n
  15  duplicate
  16  lift 2
  17  swap
  18  compare <=
  19  jump_if_false -> 24
  20  constant 3
  21  compare <
  22  jump_if_false -> 29
  23  jump -> 26
  24  pop
  25  jump -> 29
  26  load_local x                  ; print(x)
  27  perform print 1
  28  pop
  29  constant None                 ; if 0 <= n < N
  30  return_value
)"},
      {"a loop tests again at its end, before the jump back",
       R"json([{"while": "n > 0", "do": [{"if": "m", "then": [{"continue": true}]}, {"break": true}]}])json",
       R"(f()
   0  load_global n                 ; while n > 0
   1  constant 0
   2  compare >
   3  jump_if_false -> 13
   4  load_global m                 ; if m
   5  jump_if_false -> 7
   6  loop_back -> 0                ; continue
   7  jump -> 13                    ; break
   8  load_global n                 ; while n > 0
   9  constant 0
  10  compare >
  11  jump_if_false -> 13
  12  loop_back -> 4
  13  constant None
  14  return_value
)"},
      {"a loop for ever tests nothing", R"json([{"while": true, "do": [{"print": "n"}]}])json",
       R"(f()
   0  load_global n                 ; print(n)
   1  perform print 1
   2  pop
   3  loop_back -> 0                ; while True
   4  constant None
   5  return_value
)"},
      {"break leaves the iterable behind",
       R"json([{"for": ["i", "j"], "in": "enumerate(xs)", "do": [{"if": "i", "then": [{"break": true}], "else": [{"continue": true}]}]}])json",
       R"(f() local i, j
   0  load_global xs                ; for i, j in enumerate(xs)
   1  call_builtin enumerate 1
   2  iterate
   3  next_item -> 15
   4  unpack 2
   5  store_local i
   6  store_local j
   7  load_local i                  ; if i
   8  jump_if_false -> 13
   9  pop                           ; break
  10  pop
  11  jump -> 15
  12  jump -> 14                    ; if i
  13  loop_back -> 3                ; continue
  14  loop_back -> 3                ; for i, j in enumerate(xs)
  15  constant None
  16  return_value
)"},
      {"with holds its receiver on the stack, for both ways out",
       R"json([{"with": "mutexA", "do": [{"print": "n"}]}])json",
       R"(f()
   0  constant mutexA               ; with mutexA
   1  duplicate
   2  operate enter 0
   3  pop
   4  load_global n                 ; print(n)
   5  perform print 1
   6  pop
   7  operate exit 0                ; with mutexA
   8  pop
   9  jump -> 14
  10  swap
  11  operate exit 0
  12  pop
  13  reraise
  14  constant None
  15  return_value
      exception in 4..6 -> 10 keeping 1
)"},
      {"return leaves with and for on its way",
       R"json([{"for": "i", "in": "xs", "do": [{"with": ["mutexA", "forks[i]"], "do": [{"return": "i"}]}]}])json",
       R"(f() local i
   0  load_global xs                ; for i in xs
   1  iterate
   2  next_item -> 41
   3  store_local i
   4  constant mutexA               ; with mutexA, forks[i]
   5  duplicate
   6  operate enter 0
   7  pop
   8  constant (forks[0], forks[1], forks[2])
   9  load_local i
  10  subscript
  11  duplicate
  12  operate enter 0
  13  pop
  14  load_local i                  ; return i
  15  swap                          ; with mutexA, forks[i]
  16  operate exit 0
  17  pop
  18  swap
  19  operate exit 0
  20  pop
  21  swap                          ; return i
  22  pop
  23  swap
  24  pop
  25  return_value
  26  operate exit 0                ; with mutexA, forks[i]
  27  pop
  28  jump -> 33
  29  swap
  30  operate exit 0
  31  pop
  32  reraise
  33  operate exit 0
  34  pop
  35  jump -> 40
  36  swap
  37  operate exit 0
  38  pop
  39  reraise
  40  loop_back -> 2                ; for i in xs
  41  constant None
  42  return_value
      exception in 14..14 -> 29 keeping 4
      exception in 8..17 -> 36 keeping 3
      exception in 26..32 -> 36 keeping 3
)"},
      {"handlers from the first to the last, and else",
       R"json([{"try": [{"call": "g", "args": [1]}], "except": [{"type": "ValueError", "as": "e", "do": [{"print": "e"}]}, {"type": ["KeyError", "IndexError"], "do": [{"raise": null}]}], "else": [{"print": "1"}]}])json",
       R"(f() local e, .exception0
   0  constant 1                    ; g(1)
   1  call g 1
   2  pop
   3  constant 1                    ; print(1)
   4  perform print 1
   5  pop
   6  jump -> 31                    ; try
   7  constant ValueError           ; except ValueError as e
   8  match_exception
   9  jump_if_false -> 18
  10  store_local e
  11  load_local e                  ; print(e)
  12  perform print 1
  13  pop
  14  clear_local e                 ; except ValueError as e
  15  jump -> 31
  16  clear_local e
  17  reraise
  18  constant (KeyError, IndexError) ; except KeyError, IndexError
  19  match_exception
  20  jump_if_false -> 30
  21  duplicate
  22  store_local .exception0
  23  pop
  24  load_local .exception0        ; raise
  25  raise
  26  clear_local .exception0       ; except KeyError, IndexError
  27  jump -> 31
  28  clear_local .exception0
  29  reraise
  30  reraise                       ; try
  31  constant None
  32  return_value
      exception in 0..2 -> 7 keeping 0
      exception in 11..13 -> 16 keeping 0
      exception in 24..25 -> 28 keeping 0
)"},
      {"finally is written for each way out",
       R"json([{"try": [{"if": "n", "then": [{"return": "n"}]}], "finally": [{"print": "1"}]}])json",
       R"(f()
   0  load_global n                 ; if n
   1  jump_if_false -> 7
   2  load_global n                 ; return n
   3  constant 1                    ; print(1)
   4  perform print 1
   5  pop
   6  return_value                  ; return n
   7  constant 1                    ; print(1)
   8  perform print 1
   9  pop
  10  jump -> 15                    ; try
  11  constant 1                    ; print(1)
  12  perform print 1
  13  pop
  14  reraise                       ; try
  15  constant None
  16  return_value
      exception in 0..2 -> 11 keeping 0
)"},
      {"raise without an exception", R"json([{"raise": null}])json",
       R"(f()
   0  load_handled                  ; raise
   1  raise
)"},
      {"assert",
       R"json([{"assert": "n > 0", "message": "f'{n!r:>{N}} left'"}, {"assert": "m"}])json",
       R"(f()
   0  load_global n                 ; assert n > 0
   1  constant 0
   2  compare >
   3  jump_if_true -> 15
   4  load_global n
   5  constant '>'
   6  constant 3
   7  constant ''
   8  format
   9  build_text 2
  10  format repr
  11  constant ' left'
  12  build_text 2
  13  build_exception AssertionError 1
  14  raise
  15  load_global m                 ; assert m
  16  jump_if_true -> 19
  17  build_exception AssertionError 0
  18  raise
  19  constant None
  20  return_value
)"},
      {"atomic and await leave atomic mode when they raise",
       R"json([{"atomic": [{"set": "x", "to": "n"}]}, {"await": "n > 0"}])json",
       R"(f() local x
   0  atomic_enter                  ; atomic
   1  load_global n                 ; x = n
   2  store_local x
   3  atomic_exit                   ; atomic
   4  jump -> 7
   5  atomic_exit
   6  reraise
   7  await                         ; await n > 0
   8  load_global n
   9  constant 0
  10  compare >
  11  await_test -> 7
  12  jump -> 15
  13  atomic_exit
  14  reraise
  15  constant None
  16  return_value
      exception in 1..2 -> 5 keeping 0
      exception in 8..10 -> 13 keeping 0
)"},
      {"what statements leave out is None",
       R"json([{"acquire": "mutexA"}, {"acquire": "sem", "blocking": false, "into": "ok"}, {"release": "sem", "n": 2}, {"wait": "ready", "timeout": 0.5, "into": "ok"}, {"notify": "cond"}, {"notify_all": "cond"}, {"event_set": "ready"}, {"event_clear": "ready"}])json",
       R"(f() local ok
   0  constant mutexA               ; acquire mutexA
   1  constant True
   2  constant None
   3  operate acquire 2
   4  pop
   5  constant sem                  ; ok = acquire sem blocking False
   6  constant False
   7  constant None
   8  operate acquire 2
   9  store_local ok
  10  constant sem                  ; release sem n 2
  11  constant 2
  12  operate release 1
  13  pop
  14  constant ready                ; ok = wait ready timeout 0.5
  15  constant 0.5
  16  constant False
  17  operate wait 2
  18  store_local ok
  19  constant cond                 ; notify cond
  20  constant None
  21  operate notify 1
  22  pop
  23  constant cond                 ; notify_all cond
  24  operate notify_all 0
  25  pop
  26  constant ready                ; event_set ready
  27  operate set 0
  28  pop
  29  constant ready                ; event_clear ready
  30  operate clear 0
  31  pop
  32  constant None
  33  return_value
)"},
      {"a queue blocks unless it is told not to",
       R"json([{"put": "queue", "item": "n"}, {"put": "simple", "item": 1, "block": false, "timeout": 2}, {"get": "queue", "into": "x"}, {"get": "queue", "timeout": "n"}, {"task_done": "queue"}, {"join": "queue"}, {"set": "x", "to": "queue.qsize()"}])json",
       R"(f() local x
   0  constant queue                ; put n into queue
   1  load_global n
   2  constant True
   3  constant None
   4  operate put 3
   5  pop
   6  constant simple               ; put 1 into simple block False timeout 2
   7  constant 1
   8  constant False
   9  constant 2
  10  operate put 3
  11  pop
  12  constant queue                ; x = get queue
  13  constant True
  14  constant None
  15  operate get 2
  16  store_local x
  17  constant queue                ; get queue timeout n
  18  constant True
  19  load_global n
  20  operate get 2
  21  pop
  22  constant queue                ; task_done queue
  23  operate task_done 0
  24  pop
  25  constant queue                ; join queue
  26  constant None
  27  operate join 1
  28  pop
  29  constant queue                ; x = queue.qsize()
  30  operate qsize 0
  31  store_local x
  32  constant None
  33  return_value
)"},
      {"wait_for without and with a timeout",
       R"json([{"wait_for": "cond", "until": "n"}, {"wait_for": "cond", "until": "n", "timeout": "m", "into": "ok"}])json",
       R"(f() local ok
   0  constant cond                 ; wait_for cond until n
   1  constant None
   2  load_global n
   3  jump_if_true_keep -> 9
   4  duplicate_two
   5  constant False
   6  operate wait 2
   7  pop
   8  loop_back -> 2
   9  swap
  10  pop
  11  swap
  12  pop
  13  pop
  14  constant cond                 ; ok = wait_for cond until n timeout m
  15  load_global m
  16  load_global n
  17  jump_if_true_keep -> 30
  18  duplicate_two
  19  constant False
  20  operate wait 2
  21  jump_if_false -> 29
  22  load_global n
  23  jump_if_true_keep -> 30
  24  duplicate_two
  25  constant True
  26  operate wait 2
  27  jump_if_false -> 29
  28  loop_back -> 22
  29  load_global n
  30  swap
  31  pop
  32  swap
  33  pop
  34  store_local ok
  35  constant None
  36  return_value
)"},
      {"threads",
       R"json([{"thread": "t", "target": "g", "args": [1], "name": "'one'", "daemon": true}, {"set": "t.name", "to": "'two'"}, {"start": "t"}, {"spawn": "g", "args": ["n"], "as": "u"}, {"join": "u", "timeout": 1}, {"join": "T1"}, {"print": ["t.is_alive()", "u.name", "current_thread().ident", "active_count()"]}])json",
       R"(f() local t, u
   0  constant g                    ; t = Thread(g, 1)
   1  constant (1,)
   2  constant 'one'
   3  constant True
   4  perform thread_create 4
   5  store_local t
   6  constant 'two'                ; t.name = 'two'
   7  load_local t
   8  swap
   9  operate set_name 1
  10  pop
  11  load_local t                  ; start t
  12  operate start 0
  13  pop
  14  constant g                    ; u = spawn g(n)
  15  load_global n
  16  build_tuple 1
  17  constant None
  18  constant None
  19  perform thread_create 4
  20  duplicate
  21  store_local u
  22  operate start 0
  23  pop
  24  load_local u                  ; join u timeout 1
  25  constant 1
  26  operate join 1
  27  pop
  28  constant T1                   ; join T1
  29  constant None
  30  operate join 1
  31  pop
  32  load_local t                  ; print(t.is_alive(), u.name, current_thread().ident, active_count())
  33  operate is_alive 0
  34  load_local u
  35  operate name 0
  36  perform current_thread 0
  37  operate ident 0
  38  perform active_count 0
  39  perform print 4
  40  pop
  41  constant None
  42  return_value
)"},
      {"functions: called by name, in an expression, as values",
       R"json([{"call": "g", "args": ["g(n)"], "into": "n1"}, {"set": "h", "to": "g"}, {"print": "h(1)"}, {"call": "h", "args": [2]}])json",
       R"(f() local n1, h
   0  load_global n                 ; n1 = g(g(n))
   1  call g 1
   2  call g 1
   3  store_local n1
   4  constant g                    ; h = g
   5  store_local h
   6  load_local h                  ; print(h(1))
   7  constant 1
   8  call_value 1
   9  perform print 1
  10  pop
  11  load_local h                  ; h(2)
  12  constant 2
  13  call_value 1
  14  pop
  15  constant None
  16  return_value
)"},
      {"methods, slices, displays and exceptions",
       R"json([{"print": ["', '.join(xs[1:])", "{n: [m]}", "ready.is_set()", "len(xs)"]}, {"raise": "ValueError(n)"}])json",
       R"(f()
   0  constant ', '                 ; print(', '.join(xs[1:]), {n: [m]}, ready.is_set(), len(xs))
   1  load_global xs
   2  constant 1
   3  constant None
   4  constant None
   5  slice
   6  call_method join 1
   7  load_global n
   8  load_global m
   9  build_list 1
  10  build_dict 1
  11  constant ready
  12  operate is_set 0
  13  load_global xs
  14  call_builtin len 1
  15  perform print 4
  16  pop
  17  load_global n                 ; raise ValueError(n)
  18  build_exception ValueError 1
  19  raise
)"},
      {"time",
       R"json([{"sleep": 0.1}, {"io": "n"}, {"compute": 1}, {"yield": true}, {"choose": "x", "from": [1, 2]}])json",
       R"(f() local x
   0  constant 0.1                  ; sleep 0.1
   1  perform sleep 1
   2  pop
   3  load_global n                 ; io n
   4  perform io 1
   5  pop
   6  constant 1                    ; compute 1
   7  perform compute 1
   8  pop
   9  perform yield 0               ; yield
  10  pop
  11  constant [1, 2]               ; x = choose [1, 2]
  12  perform choose 1
  13  store_local x
  14  constant None
  15  return_value
)"},
      {"labels and notes are marks",
       R"json([{"pass": true, "label": "here"}, {"print": "n", "note": "look"}, {"print": "n", "at": "app.py:3"}])json",
       R"(f()
   0  mark                          ; pass
   1  mark                          ; print(n)
   2  load_global n
   3  perform print 1
   4  pop
   5  load_global n                 ; print(n)
   6  perform print 1
   7  pop
   8  constant None
   9  return_value
)"},
  }));
  INFO(row.what << "\n" << row.body);
  CHECK(listing(compiled(scenario_of(row.body)), "f") == row.listing);
}

TEST_CASE("compile: who comes last to a Barrier calls its action, then opens or breaks it",
          "[language][compile]") {
  const Program program = compiled(R"({"lockstep": 1,
    "objects": {"w": {"type": "Barrier", "parties": 2, "action": "act", "timeout": 1.5},
                "v": {"type": "Barrier", "parties": 2}},
    "functions": {"act": [], "f": [{"barrier_wait": "w", "timeout": 1, "into": "i"}],
                  "g": [{"barrier_wait": "v"}]},
    "threads": {"T1": [{"call": "f"}]}})");
  CHECK(program.objects[0].value == 2);
  CHECK(program.objects[0].timeout == 1.5);
  CHECK(program.objects[0].action == FunctionId{0});
  CHECK_FALSE(program.objects[1].action.has_value());
  CHECK(listing(program, "f") == R"(f() local i
   2  constant w                    ; i = wait at w timeout 1
   3  duplicate
   4  constant 1
   5  operate barrier_wait 1
   6  duplicate
   7  constant act
   8  compare is
   9  jump_if_false -> 20
  10  pop
  11  call act 0
  12  pop
  13  duplicate
  14  operate barrier_release 0
  15  jump -> 20
  16  swap
  17  operate barrier_break 0
  18  pop
  19  reraise
  20  swap
  21  pop
  22  store_local i
  23  constant None
  24  return_value
      exception in 11..11 -> 16 keeping 1
)");
  CHECK(listing(program, "g") == R"(g()
  25  constant v                    ; wait at v
  26  duplicate
  27  constant None
  28  operate barrier_wait 1
  29  swap
  30  pop
  31  pop
  32  constant None
  33  return_value
)");
}

TEST_CASE("compile: a barrier that is not known here may have the action of any",
          "[language][compile]") {
  const Program program = compiled(R"({"lockstep": 1,
    "objects": {"w": {"type": "Barrier", "parties": 2, "action": "act"},
                "v": {"type": "Barrier", "parties": 2, "action": "other", "count": 2}},
    "functions": {"act": [], "other": [], "f": {"params": ["b"], "body": [{"barrier_wait": "b"}]}},
    "threads": {"T1": {"target": "f", "args": ["w"]}}})");
  const std::string text = listing(program, "f");
  CHECK(text.find("call act 0") != std::string::npos);
  const std::size_t other = text.find("call other 0");
  REQUIRE(other != std::string::npos);
  CHECK(text.find("call other 0", other + 1) == std::string::npos);
}

TEST_CASE("compile: a Timer's thread waits for its time and then calls the function",
          "[language][compile]") {
  const Program program =
      compiled(R"({"lockstep": 1, "functions": {"f": {"params": ["a"], "body": []}},
    "main": [{"timer": "t", "interval": 5, "function": "f", "args": [7]}, {"start": "t"}]})");
  CHECK(listing(program, "<main>") == R"(<main>() local t
   2  constant 5                    ; t = Timer(5, f, 7)
   3  constant f
   4  constant (7,)
   5  perform timer_create 3
   6  store_local t
   7  load_local t                  ; start t
   8  operate start 0
   9  pop
  10  constant None
  11  return_value
)");
  REQUIRE(program.timer_body.has_value());
  CHECK(program.functions[program.timer_body->index].name == "<timer>");
  CHECK(listing(program, "<timer>") == R"(<timer>(.interval, .function, .arguments)
  12  load_local .interval          ; timer
  13  perform timer_wait 1
  14  jump_if_false -> 19
  15  load_local .function
  16  load_local .arguments
  17  call_with
  18  pop
  19  constant None
  20  return_value
)");
}

TEST_CASE("compile: input and the attributes of a Local", "[language][compile]") {
  const Program program = compiled(R"({"lockstep": 1, "objects": {"data": "Local"},
    "input": ["3", ""], "functions": {"f": [
      {"input": "x", "prompt": "'> '"}, {"input": "data.x"}, {"set": "data.y", "to": "data.x + 1"}]},
    "threads": {"T1": [{"call": "f"}]}})");
  CHECK(program.input == std::vector<std::string>{"3", ""});
  CHECK(listing(program, "f") == R"(f() local x
   0  constant '> '                 ; x = input('> ')
   1  perform prompt 1
   2  pop
   3  perform input 0
   4  store_local x
   5  perform input 0               ; data.x = input()
   6  constant data
   7  store_attribute 'x'
   8  constant data                 ; data.y = data.x + 1
   9  load_attribute 'x'
  10  constant 1
  11  binary +
  12  constant data
  13  store_attribute 'y'
  14  constant None
  15  return_value
)");
}

TEST_CASE("compile: names, kinds and shapes that do not fit", "[language][compile]") {
  struct Row {
    std::string_view statement, complaints;
  };
  const Row row = GENERATE(values<Row>({
      {R"json({"set": "x", "to": "cuont"})json",
       "21: /functions/f/body/1/to: unknown name \"cuont\"; did you mean \"count\"?"},
      {R"json({"set": "x", "to": "true"})json",
       "21: /functions/f/body/1/to: unknown name \"true\"; did you mean \"True\"?"},
      {R"json({"set": "x", "to": "f'{xs[0]} {cuont}'"})json",
       "32: /functions/f/body/1/to: unknown name \"cuont\"; did you mean \"count\"?"},
      {R"json({"set": "x", "to": "nn"})json",
       "21: /functions/f/body/1/to: unknown name \"nn\"; did you mean \"n\"?"},
      {R"json({"set": "x", "to": "len"})json",
       "21: /functions/f/body/1/to: \"len\" is a function of Python and can only be called: len()"},
      {R"json({"set": "x", "to": "len()"})json",
       "21: /functions/f/body/1/to: len() takes 1 argument, found 0"},
      {R"json({"set": "x", "to": "range(1, 2, 3, 4)"})json",
       "21: /functions/f/body/1/to: range() takes 1 to 3 arguments, found 4"},
      {R"json({"set": "x", "to": "max()"})json",
       "21: /functions/f/body/1/to: max() takes at least 1 argument, found 0"},
      {R"json({"set": "x", "to": "current_thread(1)"})json",
       "21: /functions/f/body/1/to: current_thread() takes no arguments, found 1"},
      {R"json({"set": "x", "to": "current_thread"})json",
       "21: /functions/f/body/1/to: \"current_thread\" is a function of Python and can only be "
       "called: current_thread()"},
      {R"json({"set": "x", "to": "g()"})json",
       "21: /functions/f/body/1/to: \"g\" takes 1 argument (a), found 0"},
      {R"json({"set": "x", "to": "gg(1)"})json",
       "21: /functions/f/body/1/to: unknown name \"gg\"; did you mean \"g\"?"},
      {R"json({"set": "x", "to": "mutexA()"})json",
       "21: /functions/f/body/1/to: expected a function, found the Lock \"mutexA\""},
      {R"json({"set": "x", "to": "N(1)"})json",
       "21: /functions/f/body/1/to: expected a function, found the parameter \"N\""},
      {R"json({"set": "x", "to": "T1()"})json",
       "21: /functions/f/body/1/to: expected a function, found the thread \"T1\""},
      {R"json({"set": "x", "to": "print(1)"})json",
       "21: /functions/f/body/1/to: \"print\" is a statement, such as {\"print\": \"f'{n} "
       "left'\"}"},
      {R"json({"set": "x", "to": "mutexA.acquire()"})json",
       "21: /functions/f/body/1/to: acquire() is a statement of its own, such as {\"acquire\": "
       "\"mutexA\", \"timeout\": 1, \"into\": \"got\"}"},
      {R"json({"set": "x", "to": "ready.set()"})json",
       "21: /functions/f/body/1/to: set() is a statement of its own, such as {\"event_set\": "
       "\"ready\"}"},
      {R"json({"set": "x", "to": "T1.join()"})json",
       "21: /functions/f/body/1/to: join() is a statement of its own, such as {\"join\": \"t\", "
       "\"timeout\": 1}"},
      {R"json({"set": "x", "to": "xs.append(1)"})json",
       "21: /functions/f/body/1/to: append() is a statement of its own, such as {\"append\": "
       "\"done\", \"item\": \"i\"}"},
      {R"json({"set": "x", "to": "cond.wait_for(n)"})json",
       "21: /functions/f/body/1/to: wait_for() is a statement of its own, such as {\"wait_for\": "
       "\"cond\", \"until\": \"n > 0\"}"},
      {R"json({"set": "x", "to": "xs.lenght()"})json",
       "21: /functions/f/body/1/to: unknown method \"lenght\""},
      {R"json({"set": "x", "to": "'a'.uper()"})json",
       "21: /functions/f/body/1/to: unknown method \"uper\"; did you mean \"upper\"?"},
      {R"json({"set": "x", "to": "mutexA.upper()"})json",
       "21: /functions/f/body/1/to: the Lock \"mutexA\" has no method \"upper\""},
      {R"json({"set": "x", "to": "T1.upper()"})json",
       "21: /functions/f/body/1/to: the thread \"T1\" has no method \"upper\""},
      {R"json({"set": "x", "to": "mutexA.is_set()"})json",
       "21: /functions/f/body/1/to: expected an Event or mp.Event, found the Lock \"mutexA\""},
      {R"json({"set": "x", "to": "cond.locked()"})json",
       "21: /functions/f/body/1/to: expected a Lock, found the Condition \"cond\""},
      {R"json({"set": "x", "to": "forks.locked()"})json",
       "21: /functions/f/body/1/to: expected a Lock, found the array \"forks\"; one of its objects "
       "is forks[0]"},
      {R"json({"set": "x", "to": "forks[n].is_set()"})json",
       "21: /functions/f/body/1/to: expected an Event or mp.Event, found the Lock \"forks[n]\""},
      {R"json({"set": "x", "to": "ready.is_alive()"})json",
       "21: /functions/f/body/1/to: expected a thread or process, found the Event \"ready\""},
      {R"json({"set": "x", "to": "T1.is_alive(1)"})json",
       "21: /functions/f/body/1/to: is_alive() takes no arguments, found 1"},
      {R"json({"set": "x", "to": "T1.is_alive"})json",
       "21: /functions/f/body/1/to: \"is_alive\" is a method: it is written \"is_alive()\""},
      {R"json({"set": "x", "to": "T1.name()"})json",
       "21: /functions/f/body/1/to: \"name\" is no method: it is written without \"()\""},
      {R"json({"set": "x", "to": "T1.nmae"})json",
       "21: /functions/f/body/1/to: unknown attribute \"nmae\"; did you mean \"name\"?"},
      {R"json({"set": "x", "to": "'a'.upper"})json",
       "21: /functions/f/body/1/to: \"upper\" is a method: it is written \"upper()\""},
      {R"json({"set": "x", "to": "mutexA.name"})json",
       "21: /functions/f/body/1/to: expected a thread or process, found the Lock \"mutexA\""},
      {R"json({"acquire": "mutxA"})json",
       "14: /functions/f/body/1/acquire: expected a Lock, RLock, Semaphore, BoundedSemaphore, "
       "Condition, mp.Lock, mp.RLock, mp.Semaphore, mp.BoundedSemaphore or mp.Condition, found "
       "\"mutxA\"; did "
       "you mean \"mutexA\"?"},
      {R"json({"acquire": "ready"})json",
       "14: /functions/f/body/1/acquire: expected a Lock, RLock, Semaphore, BoundedSemaphore, "
       "Condition, mp.Lock, mp.RLock, mp.Semaphore, mp.BoundedSemaphore or mp.Condition, found the "
       "Event "
       "\"ready\""},
      {R"json({"acquire": "forks"})json",
       "14: /functions/f/body/1/acquire: expected a Lock, RLock, Semaphore, BoundedSemaphore, "
       "Condition, mp.Lock, mp.RLock, mp.Semaphore, mp.BoundedSemaphore or mp.Condition, found the "
       "array "
       "\"forks\"; one of its objects is forks[0]"},
      {R"json({"acquire": "g"})json",
       "14: /functions/f/body/1/acquire: expected a Lock, RLock, Semaphore, BoundedSemaphore, "
       "Condition, mp.Lock, mp.RLock, mp.Semaphore, mp.BoundedSemaphore or mp.Condition, found the "
       "function "
       "\"g\""},
      {R"json({"acquire": "N"})json",
       "14: /functions/f/body/1/acquire: expected a Lock, RLock, Semaphore, BoundedSemaphore, "
       "Condition, mp.Lock, mp.RLock, mp.Semaphore, mp.BoundedSemaphore or mp.Condition, found the "
       "parameter "
       "\"N\""},
      {R"json({"acquire": 5})json",
       "13: /functions/f/body/1/acquire: expected a Lock, RLock, Semaphore, BoundedSemaphore, "
       "Condition, mp.Lock, mp.RLock, mp.Semaphore, mp.BoundedSemaphore or mp.Condition, found 5"},
      {R"json({"acquire": "T1"})json",
       "14: /functions/f/body/1/acquire: expected a Lock, RLock, Semaphore, BoundedSemaphore, "
       "Condition, mp.Lock, mp.RLock, mp.Semaphore, mp.BoundedSemaphore or mp.Condition, found the "
       "thread "
       "\"T1\""},
      {R"json({"acquire": "len"})json",
       "14: /functions/f/body/1/acquire: expected a Lock, RLock, Semaphore, BoundedSemaphore, "
       "Condition, mp.Lock, mp.RLock, mp.Semaphore, mp.BoundedSemaphore or mp.Condition, found the "
       "function "
       "\"len\" of Python"},
      {R"json({"release": "forks[7].x"})json",
       "14: /functions/f/body/1/release: unknown attribute \"x\""},
      {R"json({"with": ["mutexA", "ready"], "do": []})json",
       "22: /functions/f/body/1/with/1: expected a Lock, RLock, Semaphore, BoundedSemaphore, "
       "Condition, ThreadPoolExecutor, mp.Lock, mp.RLock, mp.Semaphore, mp.BoundedSemaphore, "
       "mp.Condition, ProcessPoolExecutor, mp.Pool or mp.Value, found the Event \"ready\""},
      {R"json({"wait": "mutexA"})json",
       "11: /functions/f/body/1/wait: expected an Event, Condition, mp.Event, mp.Condition "
       "or result of a Pool, found the Lock "
       "\"mutexA\""},
      {R"json({"wait_for": "ready", "until": "n"})json",
       "15: /functions/f/body/1/wait_for: expected a Condition or mp.Condition, found the Event "
       "\"ready\""},
      {R"json({"notify": "sem"})json",
       "13: /functions/f/body/1/notify: expected a Condition or mp.Condition, found the Semaphore "
       "\"sem\""},
      {R"json({"event_set": "cond"})json",
       "16: /functions/f/body/1/event_set: expected an Event or mp.Event, found the Condition "
       "\"cond\""},
      {R"json({"task_done": "simple"})json",
       "16: /functions/f/body/1/task_done: expected a Queue, LifoQueue, PriorityQueue "
       "or mp.JoinableQueue, found the "
       "SimpleQueue \"simple\""},
      {R"json({"join": "simple"})json",
       "11: /functions/f/body/1/join: expected a Queue, LifoQueue, PriorityQueue, "
       "mp.JoinableQueue, mp.Pool, thread or process, found "
       "the SimpleQueue \"simple\""},
      {R"json({"put": "mutexA", "item": 1})json",
       "10: /functions/f/body/1/put: expected a Queue, LifoQueue, PriorityQueue, SimpleQueue, "
       "mp.Queue, mp.JoinableQueue or mp.SimpleQueue, found the Lock \"mutexA\""},
      {R"json({"set": "n", "to": "simple.full()"})json",
       "21: /functions/f/body/1/to: expected a Queue, LifoQueue, PriorityQueue, mp.Queue "
       "or mp.JoinableQueue, found the "
       "SimpleQueue \"simple\""},
      {R"json({"set": "n", "to": "queue.get()"})json",
       "21: /functions/f/body/1/to: get() is a statement of its own, such as {\"get\": \"q\", "
       "\"into\": \"item\"}"},
      {R"json({"start": "mutexA"})json",
       "12: /functions/f/body/1/start: expected a thread or process, found the Lock \"mutexA\""},
      {R"json({"join": "T3"})json",
       "11: /functions/f/body/1/join: expected a Queue, LifoQueue, PriorityQueue, "
       "mp.JoinableQueue, mp.Pool, thread or process, found "
       "\"T3\"; did you mean \"T1\"?"},
      {R"json({"set": "t.nmae", "to": "1"})json",
       "10: /functions/f/body/1/set: the attribute \"nmae\" cannot be assigned to; \"name\" and "
       "\"daemon\" of a thread or process can, \"value\" of an mp.Value, and any of a Local"},
      {R"json({"set": "mutexA.name", "to": "1"})json",
       "10: /functions/f/body/1/set: expected a thread or process, found the Lock \"mutexA\""},
      {R"json({"set": "forks[0]", "to": "1"})json",
       "10: /functions/f/body/1/set: expected a variable that holds a list or dict, found the "
       "array \"forks\""},
      {R"json({"set": "nothing[0]", "to": "1"})json",
       "10: /functions/f/body/1/set: unknown name \"nothing\""},
      {R"json({"set": "g(1)[0]", "to": "n"})json",
       "10: /functions/f/body/1/set: expected a variable that holds a list or dict, found "
       "\"g(1)\""},
      {R"json({"append": "N", "item": 1})json",
       "13: /functions/f/body/1/append: expected a variable that holds a list or dict, found the "
       "parameter \"N\""},
      {R"json({"append": "nothing", "item": 1})json",
       "13: /functions/f/body/1/append: unknown name \"nothing\""},
      {R"json({"pop": "mutexA"})json",
       "10: /functions/f/body/1/pop: expected a variable that holds a list or dict, found the Lock "
       "\"mutexA\""},
      {R"json({"call": "h"})json", "10: /functions/f/body/1/call: there is no function \"h\""},
      {R"json({"call": "mutexA"})json",
       "10: /functions/f/body/1/call: expected a function of the scenario, found the Lock "
       "\"mutexA\""},
      {R"json({"call": "len", "args": ["xs"]})json",
       "10: /functions/f/body/1/call: expected a function of the scenario, found the function "
       "\"len\" of Python"},
      {R"json({"call": "g", "args": [1, 2]})json",
       "10: /functions/f/body/1/call: \"g\" takes 1 argument (a), found 2"},
      {R"json({"thread": "t", "target": "g"})json",
       "27: /functions/f/body/1/target: \"g\" takes 1 argument (a), found 0"},
      {R"json({"spawn": "gg", "args": [1]})json",
       "11: /functions/f/body/1/spawn: there is no function \"gg\"; did you mean \"g\"?"},
      {R"json({"global": "N"})json",
       "12: /functions/f/body/1/global: unknown variable \"N\"; did you mean \"n\"?"},
      {R"json({"global": ["n", "cuont"]})json",
       "12: /functions/f/body/1/global: unknown variable \"cuont\"; did you mean \"count\"?"},
      {R"json({"global": "a"})json", "12: /functions/f/body/1/global: unknown variable \"a\""},
      {R"json({"set": "count", "to": "1"}, {"global": "count"})json",
       "41: /functions/f/body/2/global: \"count\" is used before it is declared global"},
      {R"json({"print": "f(1)"})json",
       "12: /functions/f/body/1/print: \"f\" takes no arguments, found 1"},
      {R"json({"return": "T1.name + forks[1].locked()"}, {"call": "f", "args": [1]})json",
       "53: /functions/f/body/2/call: \"f\" takes no arguments, found 1"},
      {R"json({"with": "forks[N]", "do": [{"continue": true}]})json",
       "29: /functions/f/body/1/do/0: \"continue\" stands outside a loop"},
      {R"json({"set": "'a'.x", "to": "1"})json",
       "10: /functions/f/body/1/set: the attribute \"x\" cannot be assigned to; \"name\" and "
       "\"daemon\" of a thread or process can, \"value\" of an mp.Value, and any of a Local"},
      {R"json({"choose": "xs[cuont]", "from": "cuont"})json",
       "16: /functions/f/body/1/choose: unknown name \"cuont\"; did you mean \"count\"?\n34: "
       "/functions/f/body/1/from: unknown name \"cuont\"; did you mean \"count\"?"},
      {R"json({"raise": "ValueEror(1)"})json",
       "12: /functions/f/body/1/raise: unknown name \"ValueEror\"; did you mean \"ValueError\"?"},
      {R"json({"break": true})json", "1: /functions/f/body/1: \"break\" stands outside a loop"},
      {R"json({"for": "i", "in": "xs", "do": [{"try": [], "finally": [{"print": "cuont"}]}]})json",
       "68: /functions/f/body/1/do/0/finally/0/print: unknown name \"cuont\"; did you mean "
       "\"count\"?"},
  }));
  INFO(row.statement);
  CHECK(complaints(scenario_of("[" + std::string(row.statement) + "]")) == row.complaints);
}

// ---- names

TEST_CASE("compile: outside functions what is assigned is shared if it is a variable",
          "[language][compile]") {
  const Program program = compiled(R"({"lockstep": 1, "name": "test",
    "variables": {"n": 0},
    "main": [{"set": "n", "to": 1}, {"set": "x", "to": 2}],
    "threads": {"T1": [{"for": "n", "in": "[1]", "do": [{"set": "x", "to": "n"}]}]}})");
  CHECK(listing(program, "<main>") == R"(<main>() local x
   0  constant 1                    ; n = 1
   1  store_global n
   2  constant 2                    ; x = 2
   3  store_local x
   4  constant None
   5  return_value
)");
  CHECK(listing(program, "<T1>") == R"(<T1>() local x
   6  constant [1]                  ; for n in [1]
   7  iterate
   8  next_item -> 13
   9  store_global n
  10  load_global n                 ; x = n
  11  store_local x
  12  loop_back -> 8                ; for n in [1]
  13  constant None
  14  return_value
)");
}

TEST_CASE("compile: in a function what is assigned anywhere is local, and hides all else",
          "[language][compile]") {
  const Program program = compiled(R"({"lockstep": 1, "name": "test",
    "params": {"N": 3}, "objects": {"lock": "Lock"}, "variables": {"n": 0},
    "functions": {
      "f": {"params": ["n"], "body": [
        {"print": ["n", "lock", "g", "N", "T1", "len", "ValueError"]},
        {"set": "lock", "to": 1}, {"set": "g", "to": 1}, {"set": "N", "to": 1},
        {"set": "T1", "to": 1}, {"set": "len", "to": 1}, {"set": "ValueError", "to": 1}]},
      "g": [{"print": ["n", "lock", "g", "N", "T1", "ValueError"]}]},
    "threads": {"T1": [{"call": "g"}], "T 2": [{"call": "f", "args": ["N"]}]}})");
  CHECK(listing(program, "f").substr(0, 48) == "f(n) local lock, g, N, T1, len, ValueError\n   0 ");
  CHECK(listing(program, "g") == R"(g()
  23  load_global n                 ; print(n, lock, g, N, T1, ValueError)
  24  constant lock
  25  constant g
  26  constant 3
  27  constant T1
  28  constant ValueError
  29  perform print 6
  30  pop
  31  constant None
  32  return_value
)");
}

TEST_CASE("compile: a thread's name yields to every other name", "[language][compile]") {
  const Program program = compiled(R"({"lockstep": 1, "name": "test", "variables": {"n": 0},
    "functions": {"f": [{"print": ["f", "n"]}]},
    "threads": {"f": {"target": "f"}, "n": [{"call": "f"}]}})");
  CHECK(listing(program, "f") == R"(f()
   0  constant f                    ; print(f, n)
   1  load_global n
   2  perform print 2
   3  pop
   4  constant None
   5  return_value
)");
}

TEST_CASE("compile: objects, functions and params keep their names outside functions",
          "[language][compile]") {
  CHECK(complaints(R"({"lockstep": 1, "name": "test", "params": {"N": 1},
    "objects": {"lock": "Lock", "forks": {"type": "Lock", "count": 2}},
    "functions": {"f": [{"set": "lock", "to": 1}]},
    "main": [
{"set": "lock", "to": 1},
{"for": ["i", "N"], "in": "[]", "do": []},
{"try": [], "except": {"as": "f", "do": []}},
{"spawn": "f", "as": "T1"},
{"set": "forks[0]", "to": 1}
    ],
    "threads": {"T1": []}})") ==
        "10: /main/0/set: the Lock \"lock\" cannot be assigned to\n"
        "9: /main/1/for: the parameter \"N\" cannot be assigned to\n"
        "30: /main/2/except/as: the function \"f\" cannot be assigned to\n"
        "23: /main/3/as: the thread \"T1\" cannot be assigned to\n"
        "10: /main/4/set: expected a variable that holds a list or dict, found the array "
        "\"forks\"");
}

// ---- declarations

TEST_CASE("compile: objects are laid out one behind the other, with their hidden locks",
          "[language][compile]") {
  const Program program = compiled(R"({"lockstep": 1, "name": "test",
    "objects": {
      "second": {"same_as": "first"}, "first": {"same_as": "a"},
      "a": "RLock",
      "own": "Condition",
      "c": {"type": "Condition", "lock": "second"},
      "cs": {"type": "Condition", "count": 2},
      "s": {"type": "BoundedSemaphore", "value": 3},
      "others": {"same_as": "cs"}},
    "variables": {"m": 0, "n": 0},
    "threads": {"T1": []}})");
  struct Row {
    std::string name;
    std::uint32_t offset;
    std::string lock;
  };
  const std::vector<Row> expected{{"a", 6, ""},
                                  {"own", 8, "own.lock"},
                                  {"c", 9, "a"},
                                  {"cs[0]", 10, "cs[0].lock"},
                                  {"cs[1]", 11, "cs[1].lock"},
                                  {"s", 12, ""},
                                  {"own.lock", 14, ""},
                                  {"cs[0].lock", 16, ""},
                                  {"cs[1].lock", 18, ""}};
  REQUIRE(program.objects.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const ObjectInfo& object = program.objects[i];
    CHECK(object.name == expected[i].name);
    CHECK(object.offset == expected[i].offset);
    CHECK((object.lock ? program.objects[object.lock->index].name : "") == expected[i].lock);
    CHECK(object.hidden == (object.name.find(".lock") != std::string::npos));
  }
  CHECK(program.objects[0].aliases == std::vector<std::string>{"second", "first"});
  CHECK(program.objects[3].aliases == std::vector<std::string>{"others[0]"});
  CHECK(program.object_named("others[1]") == ObjectId{4});
  CHECK(program.objects[5].value == 3);
}

TEST_CASE("compile: without main the threads have been started and are joined",
          "[language][compile]") {
  const Program program = compiled(R"({"lockstep": 1, "name": "test",
    "objects": {"forks": {"type": "Lock", "count": 2}},
    "functions": {"f": {"params": ["a", "b", "c", "d"], "body": []}},
    "threads": {
      "T1": {"target": "f", "args": [1, "forks[1 - 1]", "[f, T2]", "forks"], "daemon": true},
      "T2": []}})");
  REQUIRE(program.threads.size() == 3);
  CHECK(program.threads[0].name == "MainThread");
  CHECK(program.threads[0].started);
  CHECK(listing(program, "<main>") == R"(<main>()
   2  perform join_all 0            ; join all threads
   3  pop
   4  constant None
   5  return_value
)");
  CHECK(program.site_of(2).line == 0);
  const ThreadInfo& first = program.threads[1];
  CHECK(first.name == "T1");
  CHECK(first.started);
  CHECK(first.daemon);
  CHECK(program.functions[first.body.index].name == "f");
  REQUIRE(first.arguments.size() == 4);
  CHECK(first.arguments[1].inline_value == object_value({0}));
  CHECK(first.arguments[2].items[0].inline_value == function_value({0}));
  CHECK(first.arguments[2].items[1].inline_value == thread_value({2}));
  CHECK(first.arguments[3].items[1].inline_value == object_value({1}));
  CHECK(program.functions[program.threads[2].body.index].name == "<T2>");
}

TEST_CASE("compile: with main the threads are created only", "[language][compile]") {
  const Program program = compiled(R"({"lockstep": 1, "name": "test",
    "main": [{"start": "T1"}], "threads": {"T1": []}})");
  CHECK(program.threads[0].started);
  CHECK_FALSE(program.threads[1].started);
}

TEST_CASE("compile: variables may hold handles from the beginning", "[language][compile]") {
  const Program program = compiled(R"({"lockstep": 1, "name": "test", "params": {"N": 2},
    "objects": {"lock": "Lock"}, "functions": {"f": []},
    "variables": {"n": "N + 1", "all": "[lock, f, T1]", "d": {"k": "lock"}},
    "threads": {"T1": []}})");
  CHECK(program.globals[0].initial.integer == 3);
  CHECK(program.globals[1].initial.items[0].inline_value == object_value({0}));
  CHECK(program.globals[1].initial.items[1].inline_value == function_value({0}));
  CHECK(program.globals[1].initial.items[2].inline_value == thread_value({1}));
  CHECK(program.globals[2].initial.items[1].inline_value == object_value({0}));
}

TEST_CASE("compile: invariants ask and change nothing", "[language][compile]") {
  const auto with = [](std::string_view invariant) {
    return R"({"lockstep": 1, "name": "test", "objects": {"lock": "Lock", "e": "Event"},
 "variables": {"n": 0}, "functions": {"f": []}, "threads": {"T1": []},
 "invariants": [
")" + std::string(invariant) +
           R"json("], "finally": ["not T1.is_alive()"]})json";
  };
  const Program program = compiled(with("n >= 0 and not lock.locked() or len([e]) == 1"));
  CHECK(program.invariants[0].text == "n >= 0 and not lock.locked() or len([e]) == 1");
  CHECK(program.invariants[0].line == 4);
  CHECK(program.functions[program.invariants[0].function.index].name == "<invariant 1>");
  CHECK(listing(program, "<finally 1>") == R"(<finally 1>()
  22  constant T1                   ; not T1.is_alive()
  23  operate is_alive 0
  24  unary not
  25  return_value
)");
  CHECK(complaints(with("f()")) ==
        "2: /invariants/0: \"f\" cannot be called here: the expression must not change anything");
  CHECK(complaints(with("n()")) ==
        "2: /invariants/0: \"n\" cannot be called here: the expression must not change anything");
  CHECK(complaints(with("current_thread() and x")) ==
        "2: /invariants/0: current_thread() depends on who asks; it has no value here\n"
        "23: /invariants/0: unknown name \"x\"");
}

// ---- what other parts want to know

TEST_CASE("compile: targets say what an operation may touch", "[language][compile]") {
  struct Row {
    std::string_view receiver;
    Target::Kind kind;
    std::uint32_t first, count;
  };
  const Row row = GENERATE(values<Row>({
      {"mutexA", Target::Kind::objects, 0, 1},
      {"forks[1]", Target::Kind::objects, 2, 1},
      {"forks[-1]", Target::Kind::objects, 3, 1},
      {"forks[N - 1]", Target::Kind::objects, 3, 1},
      {"forks[N]", Target::Kind::objects, 1, 3},
      {"forks[n]", Target::Kind::objects, 1, 3},
      {"x", Target::Kind::unknown, 0, 0},
      {"xs[0]", Target::Kind::unknown, 0, 0},
      {"mutexA if n else sem", Target::Kind::unknown, 0, 0},
  }));
  INFO(row.receiver);
  const Program program = compiled(
      scenario_of(R"([{"set": "x", "to": "mutexA"}, {"with": ")" + std::string(row.receiver) +
                  R"(", "do": [{"if": "n", "then": [{"return": 1}]}]}])"));
  std::size_t operations = 0;
  for (std::size_t pc = 0; pc < program.code.size(); ++pc) {
    const Target& target = program.targets[pc];
    if (program.code[pc].opcode != Opcode::operate) {
      CHECK(target.kind == Target::Kind::none);
      continue;
    }
    ++operations;
    CHECK(target.kind == row.kind);
    CHECK(target.first.index == row.first);
    CHECK(target.count == row.count);
  }
  CHECK(operations == 4);  // enter, and exit for each way out: return, exception, the end
}

TEST_CASE("compile: a Program knows whether its threads watch each other or the clock",
          "[language][compile]") {
  struct Row {
    std::string_view expression;
    bool observes_liveness, reads_clock;
  };
  const Row row = GENERATE(values<Row>({{"T1.ident", false, false},
                                        {"T1.is_alive()", true, false},
                                        {"active_count()", true, false},
                                        {"enumerate_threads()", true, false},
                                        {"time()", false, true}}));
  INFO(row.expression);
  const Program program =
      compiled(scenario_of(R"([{"print": ")" + std::string(row.expression) + R"("}])"));
  CHECK(program.observes_liveness == row.observes_liveness);
  CHECK(program.reads_clock == row.reads_clock);
}

TEST_CASE("compile: a statement has one site, wherever its code is written",
          "[language][compile]") {
  const Program program = compiled(R"({"lockstep": 1, "name": "test", "main": [
  {"while": "True", "do": [
    {"try": [{"break": true}],
     "except": {"type": ["ValueError", "KeyError"], "as": "e", "do": []},
     "finally": [{"print": "1", "label": "here", "note": "look", "at": "app.py:12"}]}]}]})");
  std::vector<std::string> sites;
  for (const Site& site : program.sites) {
    sites.push_back(std::to_string(site.line) + ":" + std::to_string(site.column) + " " +
                    site.pointer + " " + site.text);
  }
  CHECK(sites == std::vector<std::string>{
                     "0:0  wait for the other threads",
                     "2:3 /main/0 <main>",
                     "2:3 /main/0 while True",
                     "3:5 /main/0/do/0 try",
                     "3:14 /main/0/do/0/try/0 break",
                     "5:18 /main/0/do/0/finally/0 print(1)",
                     "4:16 /main/0/do/0/except except ValueError, KeyError as e",
                 });
  CHECK(program.sites[5].label == "here");
  CHECK(program.sites[5].note == "look");
  CHECK(program.sites[5].at == "app.py:12");
}

TEST_CASE("compile: finally bodies inside each other do not grow without end",
          "[language][compile]") {
  std::string body = R"([{"print": 1}])";
  for (int i = 0; i < 40; ++i) {
    body = R"([{"try": [], "finally": )" + body + R"(}])";
  }
  CHECK(complaints(R"({"lockstep": 1, "name": "test", "main": )" + body + "}")
            .ends_with("the code is longer than 250000 instructions; a finally body is written "
                       "once for each way out"));
}

}  // namespace
}  // namespace lockstep
