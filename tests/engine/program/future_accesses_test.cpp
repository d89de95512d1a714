// Tests of engine/program/future_accesses. Programs are put together by hand, an instruction a
// line, so that a row can say at which one a thread stands.
#include "engine/program/future_accesses.h"

#include <catch2/catch.hpp>
#include <string>

namespace lockstep {
namespace {

constexpr ObjectId lock_a{0}, lock_b{1}, event{2}, condition{3}, semaphore{4}, rlock{5}, queue{6},
    simple_queue{7}, barrier{8}, listener{9};
constexpr GlobalId x{0}, y{1};

// Constants of every program here.
enum ConstantIndex : std::uint32_t { none_constant, true_constant, false_constant, f_constant };

class Builder {
 public:
  Builder() {
    const auto object = [&](const char* name, ObjectKind kind) {
      ObjectInfo info;
      info.name = name;
      info.kind = kind;
      program_.objects.push_back(info);
    };
    object("a", ObjectKind::lock);
    object("b", ObjectKind::lock);
    object("e", ObjectKind::event);
    object("c", ObjectKind::condition);
    object("s", ObjectKind::semaphore);
    object("r", ObjectKind::rlock);
    object("q", ObjectKind::priority_queue);
    object("p", ObjectKind::simple_queue);
    object("w", ObjectKind::barrier);
    object("n", ObjectKind::listener);
    program_.objects[condition.index].lock = lock_b;
    program_.globals = {{"x", {}}, {"y", {}}};
    program_.sites.resize(1);
    program_.constants.resize(4);
    program_.constants[true_constant].kind = ValueKind::boolean;
    program_.constants[true_constant].inline_value = true_value;
    program_.constants[false_constant].kind = ValueKind::boolean;
    program_.constants[false_constant].inline_value = false_value;
  }

  Builder& function(const char* name) {
    close();
    Function function;
    function.name = name;
    function.begin = here();
    program_.functions.push_back(function);
    return *this;
  }
  Builder& handler(std::uint32_t begin, std::uint32_t end, std::uint32_t to) {
    program_.functions.back().handlers.push_back({begin, end, to, 0});
    return *this;
  }
  Builder& op(Opcode opcode, std::uint32_t a = 0, std::uint32_t b = 0) {
    program_.code.push_back({opcode, a, b, {}});
    program_.targets.push_back({});
    return *this;
  }
  Builder& on(ObjectId object, Verb verb) { return on(object, 1, verb); }
  Builder& on(ObjectId first, std::uint32_t count, Verb verb) {
    op(Opcode::operate, static_cast<std::uint32_t>(verb), row(verb).arguments);
    program_.targets.back() = {Target::Kind::objects, first, count, {}};
    return *this;
  }
  Builder& on_unknown(Verb verb) {
    return op(Opcode::operate, static_cast<std::uint32_t>(verb), row(verb).arguments);
  }
  Builder& start(ThreadId thread) {
    op(Opcode::operate, static_cast<std::uint32_t>(Verb::start), 0);
    program_.targets.back() = {Target::Kind::thread, {}, 0, thread};
    return *this;
  }
  Builder& acquire(ObjectId object, std::uint32_t blocking, std::uint32_t timeout) {
    return op(Opcode::constant, blocking).op(Opcode::constant, timeout).on(object, Verb::acquire);
  }
  Builder& thread(std::uint32_t function) {
    ThreadInfo info;
    info.body = {function};
    program_.threads.push_back(info);
    return *this;
  }
  Builder& function_constant(std::uint32_t function) {
    program_.constants[f_constant].kind = ValueKind::function;
    program_.constants[f_constant].inline_value = function_value({function});
    return *this;
  }
  const Program& program() {
    close();
    return program_;
  }

 private:
  std::uint32_t here() const { return static_cast<std::uint32_t>(program_.code.size()); }
  void close() {
    if (!program_.functions.empty()) program_.functions.back().end = here();
  }
  Program program_;
};

// A thread with a frame at each of these, outermost first.
LocalState standing(const Program& program, std::vector<std::uint32_t> pcs) {
  LocalState local;
  for (const std::uint32_t pc : pcs) {
    Frame frame;
    frame.pc = pc;
    for (std::uint32_t i = 0; i < program.functions.size(); ++i) {
      if (pc >= program.functions[i].begin && pc < program.functions[i].end) frame.function = {i};
    }
    local.frames.push_back(frame);
  }
  return local;
}

std::string future(const Program& program, const FutureAccesses& accesses, const LocalState& local,
                   bool first = false) {
  std::string text;
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    for (const LetGoBy by : {LetGoBy::release, LetGoBy::set, LetGoBy::notify, LetGoBy::arrive}) {
      const Value object = object_value({i});
      if (first ? accesses.may_first(local, by, object) : accesses.may(local, by, object)) {
        // A Condition's release is its lock's, and told of there.
        if (i == condition.index && by == LetGoBy::release) continue;
        text += (text.empty() ? "" : " ") + program.objects[i].name;
      }
    }
  }
  return text;
}

TEST_CASE("FutureAccesses: what lies ahead on any path counts, and nothing behind",
          "[engine][future_accesses]") {
  Builder builder;
  builder.function("main")
      .on(lock_a, Verb::release)         // 0
      .op(Opcode::load_global, x.index)  // 1
      .op(Opcode::jump_if_false, 5)      // 2
      .on(event, Verb::set)              // 3
      .op(Opcode::jump, 6)               // 4
      .on(semaphore, Verb::release)      // 5
      .on(lock_b, Verb::exit)            // 6
      .op(Opcode::return_value);         // 7
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  struct Row {
    const char* where;
    std::uint32_t pc;
    const char* future;
  };
  const Row row = GENERATE(values<Row>({{"before all", 0, "a b e s"},
                                        {"before the branch", 2, "b e s"},
                                        {"in the first arm", 3, "b e"},
                                        {"in the second arm", 5, "b s"},
                                        {"behind both", 6, "b"},
                                        {"at the return", 7, ""}}));
  INFO(row.where);
  CHECK(future(program, accesses, standing(program, {row.pc})) == row.future);
}

TEST_CASE("FutureAccesses: a loop brings back what lies before", "[engine][future_accesses]") {
  Builder builder;
  builder.function("main")
      .on(lock_a, Verb::release)  // 0
      .on(event, Verb::set)       // 1
      .op(Opcode::loop_back, 1)   // 2
      .on(lock_b, Verb::release)  // 3, never reached
      .op(Opcode::return_value);  // 4
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  CHECK(future(program, accesses, standing(program, {2})) == "e");
}

TEST_CASE("FutureAccesses: every way in which a verb lets somebody go",
          "[engine][future_accesses]") {
  struct Row {
    const char* what;
    ObjectId object;
    Verb verb;
    const char* future;
  };
  const Row row = GENERATE(values<Row>({
      {"release of a Lock", lock_a, Verb::release, "a"},
      {"the end of a with", lock_a, Verb::exit, "a"},
      {"release of an RLock", rlock, Verb::release, "r"},
      {"release of a Semaphore", semaphore, Verb::release, "s"},
      {"the end of a with on a Semaphore", semaphore, Verb::exit, "s"},
      {"set", event, Verb::set, "e"},
      {"notify", condition, Verb::notify, "c"},
      {"notify_all", condition, Verb::notify_all, "c"},
      {"release of a Condition is its lock's", condition, Verb::release, "b"},
      {"the end of a with on a Condition", condition, Verb::exit, "b"},
      {"a wait on a Condition lets its lock go", condition, Verb::wait, "b"},
      {"who comes to a Barrier", barrier, Verb::barrier_wait, "w"},
      {"who opens it after its action", barrier, Verb::barrier_release, "w"},
      {"who breaks it after its action", barrier, Verb::barrier_break, "w"},
      {"reset", barrier, Verb::reset, "w"},
      {"abort", barrier, Verb::abort, "w"},
      {"acquire lets nobody go", lock_a, Verb::acquire, ""},
      {"a wait on an Event lets nobody go", event, Verb::wait, ""},
      {"clear lets nobody go", event, Verb::clear, ""},
  }));
  INFO(row.what);
  Builder builder;
  builder.function("main").on(row.object, row.verb).op(Opcode::return_value);
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  CHECK(future(program, accesses, standing(program, {0})) == row.future);
  CHECK(accesses.may_from({0}, LetGoBy::release, object_value(lock_a)) ==
        (std::string(row.future) == "a"));
}

TEST_CASE("FutureAccesses: a queue's waiters wait for three things", "[engine][future_accesses]") {
  struct Row {
    const char* what;
    ObjectId object;
    Verb verb;
    const char* lets_go;
  };
  const Row row =
      GENERATE(values<Row>({{"put lets getters go", queue, Verb::put, "put"},
                            {"get lets putters go", queue, Verb::get, "get"},
                            {"task_done lets joiners go", queue, Verb::task_done, "task_done"},
                            {"shutdown lets all go", queue, Verb::shutdown, "put get task_done"},
                            {"join lets nobody go", queue, Verb::join, ""},
                            {"nobody waits for room in a SimpleQueue", simple_queue, Verb::get, ""},
                            {"but for an item", simple_queue, Verb::put, "put"}}));
  INFO(row.what);
  Builder builder;
  builder.function("main").on(row.object, row.verb).op(Opcode::return_value);
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  const auto lets_go = [&](const LocalState& local) {
    std::string text;
    const auto add = [&](LetGoBy by, const char* name) {
      if (!accesses.may(local, by, object_value(row.object))) return;
      text += (text.empty() ? "" : " ") + std::string(name);
    };
    add(LetGoBy::put, "put");
    add(LetGoBy::get, "get");
    add(LetGoBy::task_done, "task_done");
    return text;
  };
  LocalState local = standing(program, {0});
  CHECK(lets_go(local) == row.lets_go);
  CHECK(lets_go(standing(program, {1})).empty());
  // Who is parked has yet to do it.
  local.continues = true;
  local.operation = row.verb == Verb::put ? Operation::queue_put_park : Operation::queue_get_park;
  CHECK(lets_go(local) == row.lets_go);
}

TEST_CASE("FutureAccesses: what is done on a connection counts for its Listener",
          "[engine][future_accesses]") {
  struct Row {
    Verb verb;
    const char* lets_go;
  };
  const Row row = GENERATE(values<Row>({{Verb::listen, ""},
                                        {Verb::connect, "connect"},
                                        {Verb::accept, "accept send recv"},
                                        {Verb::send, "send recv"},
                                        {Verb::recv, "send recv"},
                                        {Verb::close, "accept send recv"},
                                        {Verb::release, ""}}));
  Builder builder;
  builder.function("main").on_unknown(row.verb).op(Opcode::return_value);
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  const LocalState local = standing(program, {0});
  std::string lets_go;
  const auto add = [&](LetGoBy by, const char* name) {
    if (!accesses.may(local, by, object_value(listener))) return;
    lets_go += (lets_go.empty() ? "" : " ") + std::string(name);
  };
  add(LetGoBy::connect, "connect");
  add(LetGoBy::accept, "accept");
  add(LetGoBy::send, "send");
  add(LetGoBy::recv, "recv");
  CHECK(lets_go == row.lets_go);
}

TEST_CASE("FutureAccesses: an unknown receiver is every object that has the verb",
          "[engine][future_accesses]") {
  Builder builder;
  builder.function("main")
      .on_unknown(Verb::release)     // 0
      .on_unknown(Verb::set)         // 1
      .on(lock_a, 2, Verb::release)  // 2: an array of two locks
      .op(Opcode::return_value);
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  CHECK(future(program, accesses, standing(program, {0})) == "a b e s r");
  CHECK(future(program, accesses, standing(program, {1})) == "a b e");
  CHECK(future(program, accesses, standing(program, {2})) == "a b");
}

TEST_CASE("FutureAccesses: calls count as a whole, and each frame has its own rest",
          "[engine][future_accesses]") {
  Builder builder;
  builder
      .function("main")           // 0
      .op(Opcode::call, 1, 0)     // 0: helper
      .on(lock_b, Verb::release)  // 1
      .op(Opcode::return_value);  // 2
  builder
      .function("helper")         // 1
      .on(lock_a, Verb::release)  // 3
      .op(Opcode::call, 1, 0)     // 4: itself
      .on(event, Verb::set)       // 5
      .op(Opcode::return_value);  // 6
  builder
      .function("by_value")          // 2
      .on(semaphore, Verb::release)  // 7
      .op(Opcode::return_value);     // 8
  builder
      .function("calls_any")         // 3
      .op(Opcode::call_value, 0, 0)  // 9
      .op(Opcode::return_value);     // 10
  builder.function_constant(2);
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  CHECK(future(program, accesses, standing(program, {0})) == "a b e");
  // In the helper, called from main: the call itself is not made again.
  CHECK(future(program, accesses, standing(program, {0, 5})) == "b e");
  CHECK(future(program, accesses, standing(program, {0, 6})) == "b");
  CHECK(future(program, accesses, standing(program, {0, 4})) == "a b e");
  CHECK(future(program, accesses, standing(program, {9})) == "s");
  CHECK(future(program, accesses, standing(program, {})).empty());
}

TEST_CASE("FutureAccesses: what a thread starts counts as its own", "[engine][future_accesses]") {
  Builder builder;
  builder
      .function("main")                                                             // 0
      .start({1})                                                                   // 0
      .op(Opcode::constant, f_constant)                                             // 1
      .op(Opcode::perform, static_cast<std::uint32_t>(Operation::thread_create))    // 2
      .op(Opcode::return_value);                                                    // 3
  builder.function("declared").on(lock_a, Verb::release).op(Opcode::return_value);  // 4, 5
  builder.function("created").on(lock_b, Verb::release).op(Opcode::return_value);   // 6, 7
  builder.function("starter").on_unknown(Verb::start).op(Opcode::return_value);     // 8, 9
  builder.function("unrelated").on(event, Verb::set).op(Opcode::return_value);      // 10, 11
  builder.function_constant(2).thread(0).thread(1);
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  CHECK(future(program, accesses, standing(program, {0})) == "a");
  CHECK(future(program, accesses, standing(program, {2})).empty());  // created is not started
  CHECK(future(program, accesses, standing(program, {8})) == "a b");
}

TEST_CASE("FutureAccesses: an exception may come anywhere in its range",
          "[engine][future_accesses]") {
  Builder builder;
  builder.function("main")
      .on(lock_a, Verb::release)     // 0
      .on(lock_b, Verb::release)     // 1, in the range
      .op(Opcode::return_value)      // 2, in the range
      .on(event, Verb::set)          // 3: the handler
      .op(Opcode::return_value)      // 4
      .on(semaphore, Verb::release)  // 5: a second handler for the same place, never taken
      .op(Opcode::return_value)      // 6
      .handler(1, 3, 3)
      .handler(1, 3, 5);
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  CHECK(future(program, accesses, standing(program, {0})) == "a b e");
  CHECK(future(program, accesses, standing(program, {2})) == "e");
  CHECK(future(program, accesses, standing(program, {4})).empty());
}

TEST_CASE("FutureAccesses: may_first leaves out what comes after acquiring the same Lock",
          "[engine][future_accesses]") {
  struct Row {
    const char* what;
    ObjectId object;
    std::uint32_t blocking, timeout;
    const char* first;
  };
  const Row row = GENERATE(values<Row>({
      {"an acquire that waits", lock_a, true_constant, none_constant, "b"},
      {"an acquire that raises", lock_a, none_constant, none_constant, "a b"},
      {"a try", lock_a, false_constant, none_constant, "a b"},
      {"an acquire with a timeout", lock_a, true_constant, true_constant, "a b"},
      {"an acquire of another lock", rlock, true_constant, none_constant, "a b"},
  }));
  INFO(row.what);
  Builder builder;
  builder.function("main")
      .acquire(row.object, row.blocking, row.timeout)  // 0 .. 2
      .on(lock_b, Verb::release)                       // 3
      .on(lock_a, Verb::release)                       // 4
      .op(Opcode::return_value);
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  CHECK(future(program, accesses, standing(program, {0}), true) == row.first);
  CHECK(future(program, accesses, standing(program, {0}), false) == "a b");
  CHECK(future(program, accesses, standing(program, {3}), true) == "a b");
}

TEST_CASE("FutureAccesses: may_first knows what a wait on a Condition takes again",
          "[engine][future_accesses]") {
  Builder builder;
  builder.function("main")
      .on(condition, Verb::wait)  // 0
      .on(lock_b, Verb::release)  // 1
      .op(Opcode::return_value);
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  LocalState local = standing(program, {0});
  CHECK(future(program, accesses, local, true) == "b");  // the wait itself lets it go
  local.continues = true;
  local.operation = Operation::condition_park;
  CHECK(future(program, accesses, local, true) == "");  // it is let go already
  CHECK(future(program, accesses, local, false) == "b");
}

TEST_CASE("FutureAccesses: who is inside of a Barrier lets others go by leaving",
          "[engine][future_accesses]") {
  Builder builder;
  builder.function("main").on(barrier, Verb::barrier_wait).op(Opcode::return_value);
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  LocalState local = standing(program, {0});
  local.continues = true;
  local.operation = Operation::barrier_park;
  CHECK(future(program, accesses, local) == "w");
  CHECK(future(program, accesses, standing(program, {1})) == "");
}

TEST_CASE("FutureAccesses: call_with calls any function that is a value",
          "[engine][future_accesses]") {
  Builder builder;
  builder.function("main").op(Opcode::call_with).op(Opcode::return_value);
  builder.function("f").on(event, Verb::set).op(Opcode::return_value);
  const Program& program = builder.function_constant(1).program();
  CHECK(future(program, FutureAccesses(program), standing(program, {0})) == "e");
}

TEST_CASE("FutureAccesses: whoever starts a thread may start a Timer",
          "[engine][future_accesses]") {
  Builder builder;
  builder.function("main").on_unknown(Verb::start).op(Opcode::return_value);
  builder.function("timer").on(event, Verb::set).op(Opcode::return_value);
  Program program = builder.program();
  CHECK(future(program, FutureAccesses(program), standing(program, {0})) == "");
  program.timer_body = FunctionId{1};
  CHECK(future(program, FutureAccesses(program), standing(program, {0})) == "e");
}

TEST_CASE("FutureAccesses: who may store what an await reads", "[engine][future_accesses]") {
  Builder builder;
  builder.function("main")
      .op(Opcode::await)                  // 0
      .op(Opcode::load_global, x.index)   // 1
      .op(Opcode::await_test, 0)          // 2
      .op(Opcode::store_global, y.index)  // 3
      .op(Opcode::return_value);          // 4
  builder.function("stores_x")
      .op(Opcode::store_global, x.index)  // 5
      .op(Opcode::return_value);          // 6
  builder.function("updates_x")
      .op(Opcode::update_global, x.index)  // 7
      .op(Opcode::return_value);           // 8
  builder.function("reads an event")
      .op(Opcode::await)          // 9
      .on(event, Verb::is_set)    // 10
      .op(Opcode::await_test, 9)  // 11
      .op(Opcode::return_value);  // 12
  const Program& program = builder.program();
  const FutureAccesses accesses(program);
  const auto may = [&](std::vector<std::uint32_t> pcs, std::uint32_t begin, std::uint32_t end) {
    return accesses.may_store_what_is_read(standing(program, std::move(pcs)), begin, end);
  };
  CHECK(may({5}, 1, 2));
  CHECK(may({7}, 1, 2));
  CHECK_FALSE(may({6}, 1, 2));
  CHECK_FALSE(may({3}, 1, 2));
  CHECK(may({6}, 10, 11));       // whatever an Event depends on
  CHECK_FALSE(may({}, 10, 11));  // but an ended thread does nothing
}

}  // namespace
}  // namespace lockstep
