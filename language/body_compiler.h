// From one body of statements (a function, main, a thread's own body) or one condition to a
// Function. The .cpp files: compile_expression, compile_statement, compile_flow,
// compile_calls, compile_futures, compile_pools. As CPython 3.11's
// Python/compile.c does it wherever the order of effects or the places to switch could tell.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "language/assembler.h"
#include "language/complaints.h"
#include "language/scenario.h"
#include "language/scope.h"

namespace lockstep {

// Whether a `raise` without exception stands in it that none of its own handlers contains.
bool raises_again(const Block& block);

// Whether its value may be what imap of a Pool has returned.
bool may_be_iterator(const Expression& expression);

// A Local makes up its own attributes, and who has one in a variable does not see that it is one.
// What is read of something unknown is taken for an attribute of a thread, and that would be false
// where it may be a Local: it is complained of once all code has been seen.
struct LocalsAsValues {
  std::string passed_on;                        // one that is used as a value; empty: none is
  std::set<std::string, std::less<>> assigned;  // attributes that a Local is given by its name
  struct Use {
    const Operand* operand;
    const Expression* expression;
  };
  std::vector<Use> unclear;           // attributes of something unknown
  std::vector<Use> unclear_if_given;  // those that are not if no Local is given such a one
};

// What all bodies of a scenario share while they are compiled.
struct Module {
  explicit Module(const Scenario& the_scenario)
      : scenario(the_scenario), pool(program.constants), complaints(the_scenario) {}
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  const Scenario& scenario;
  Program program;
  ConstantPool pool;
  ModuleNames names;
  NamedConstants parameters;  // the scenario's
  Complaints complaints;
  bool is_full = false;                          // code_max is reached
  bool raises_for_callers = false;               // some function may raise what a caller handles
  bool has_timers = false;                       // some thread creates one
  bool has_signals = false;                      // some thread ends a process
  const ScenarioClass* current_class = nullptr;  // whose method is compiled
  LocalsAsValues locals_as_values;

  const ScenarioClass* class_named(std::string_view name) const;
  // The shared variable that has the attribute of all objects; nothing: no class has it.
  std::optional<GlobalId> attribute_named(std::string_view name) const;
  // What an object of the class executes as a thread: its run, or nothing. Null: no class.
  FunctionId run_of(const ScenarioClass* its) const;
  FunctionId empty_run{};  // what does nothing; there is none if no thread needs it

  SiteId add_site(const Place& place, std::string text);
  // One site a statement or handler, however often its code is written.
  SiteId site_of(const Statement& statement);
  SiteId site_of(const ExceptHandler& handler);

 private:
  std::unordered_map<const void*, SiteId> known_sites_;
};

// ""f" takes 2 arguments (a, b), found 1", if that is wrong.
std::optional<std::string> wrong_arguments(const ScenarioFunction& function, std::size_t given);

// Nested finally bodies grow as powers of two: each is written for every way out.
inline constexpr std::size_t code_max = 250'000;

class BodyCompiler {
 public:
  BodyCompiler(Module& module, BodyKind kind, const std::vector<std::string>& parameters);

  Function body(std::string name, const Place& place, const Block& block);
  Function condition(std::string name, const ScenarioCondition& condition);

 private:
  using Label = Assembler::Label;

  // ---- expressions: each leaves one value on the stack

  void operand(const Operand& operand);
  void operand_or(const Operand* operand, const Constant& otherwise);
  void operand_or_none(const Operand* operand);
  void expression(const Expression& expression);
  void name(const Expression& expression);
  void comparison(const Expression& expression);
  void logical(const Expression& expression);
  void conditional(const Expression& expression);
  void call(const Expression& expression);
  void call_of(const Meaning& meaning, const Expression& expression);
  void call_operation(const Expression& expression, Operation operation);
  void method(const Expression& expression);
  void query(const Expression& expression, Verb verb);
  void attribute(const Expression& expression);
  void subscript(const Expression& expression);
  void formatted(const Expression& expression);
  void replacement(const Expression& expression);
  void expressions(const std::vector<ExpressionPtr>& operands, std::size_t from = 0);

  // Goes on at `to` if the truth of the expression is `wanted`; leaves nothing.
  void jump_if(bool wanted, const Expression& expression, Label to);
  void jump_if_comparison(bool wanted, const Expression& expression, Label to);
  void compare(Comparison comparison);
  // Of a, b on the stack: b, a compared with b.
  void compare_keeping(Comparison comparison);

  // The value, if it needs no run and CPython folds it too.
  std::optional<Constant> folded(const Expression& expression) const;
  bool is_foldable(const Expression& expression, bool numeric) const;

  // What an operation on the value of this expression can be an operation on.
  Target target_of(const Expression& expression) const;
  // Pushes it. Complains if the expression names something that never has the verb.
  Target receiver(const Expression& expression, Verb verb);
  bool complain_of_receiver(const Expression& expression, Verb verb);
  bool takes_verb(const Target& target, Verb verb) const;
  // Whether it names a threading.local, whose attributes a program makes up itself.
  bool is_thread_local(const Expression& expression) const;
  // Whether some name in it does, of one or of an array of them.
  bool names_thread_local(const Expression& expression) const;
  // Pushes it, without its being used as a value.
  void thread_local_itself(const Expression& expression);
  // Whether it is no Local for certain.
  bool is_no_local(const Expression& expression) const;
  // Of an attribute that is read, or assigned to.
  void note_unclear(const Expression& attribute, bool is_assigned);
  bool is_self(const Expression& expression) const;                  // of a method
  std::string described_target(const Expression& expression) const;  // requires: it is known
  std::string_view source(const Expression& expression) const;

  void complain(const Expression& at, std::string message);
  void complain_unknown(const Expression& at);
  void complain_arguments(const Expression& at, std::string_view name, std::size_t given,
                          std::string_view takes);

  // ---- assignments: each takes the value from the stack

  void store(const Operand& target);
  void store_or_pop(const Operand* target);
  void store_expression(const Expression& target);
  void store_name(const Meaning& meaning);
  void store_name(const std::string& name) { store_name(scope_.find(name)); }
  // The variable at the bottom of "xs[i][j]", and the subscripts, outermost first. Nothing after
  // a complaint.
  struct Container {
    Meaning variable;
    std::vector<const Expression*> subscripts;
  };
  std::optional<Container> container(const Expression& target);
  void update(const Container& container, Update update);

  // ---- statements

  void block(const Block& block);
  void statement(const Statement& statement);
  void set_statement(const Statement& statement);
  void append_statement(const Statement& statement);
  void pop_statement(const Statement& statement);
  void print_statement(const Statement& statement);
  void assert_statement(const Statement& statement);
  void choose_statement(const Statement& statement);
  void call_statement(const Statement& statement);
  void raise_statement(const Statement& statement);
  void time_statement(const Statement& statement, Operation operation, std::string_view key);
  void spawn_statement(const Statement& statement);
  // Of a class, with what its __init__ does; null: a Thread without a target.
  void create_object(const Statement& statement, const ScenarioClass* its);
  // The method of self that is called; nothing, and it is none.
  std::optional<Meaning> method_of_self(std::string_view name) const;
  void create_thread(const Statement& statement, std::string_view function_key, Operation create);
  void timer_statement(const Statement& statement);
  void submit_statement(const Statement& statement);
  void result_statement(const Statement& statement, Verb verb);
  void cancel_statement(const Statement& statement);
  void add_done_callback_statement(const Statement& statement);
  void wait_futures_statement(const Statement& statement);
  void for_completed(const Statement& statement);
  bool is_map_of_pool(const Statement& statement);
  void pool_statement(const Statement& statement);
  void apply_statement(const Statement& statement, bool is_async);
  void map_by_pool(const Statement& statement, Verb verb, bool is_async);
  void imap_statement(const Statement& statement, Verb verb);
  void for_imap(const Statement& statement, Verb verb);
  // Of the value on the stack, which may be an iterator of a Pool.
  void for_any(const Statement& statement);
  // Pushes a callback that takes one argument, or None.
  void callback_or_none(const Statement& statement, std::string_view key);
  // Of a result of a Pool on the stack.
  void get_result();
  void store_names(const Statement& statement);
  void shutdown_statement(const Statement& statement);
  void refuse(const Statement& statement, bool is_of_kind, std::string_view key,
              std::string_view kind);
  void map_statement(const Statement& statement);
  void call_callbacks();
  void input_statement(const Statement& statement);
  // Pushes a function that takes so many arguments.
  // What may have been meant, for the end of a complaint.
  std::string instead_of_function(const std::string& name, std::string_view key) const;
  void function_value_of(const Statement& statement, std::string_view key, std::size_t arguments);
  // Pushes a function and the tuple of its arguments, in the order of its parameters.
  void function_and_arguments(const Statement& statement, std::string_view function_key);
  // Evaluates what is in `args` and `kwargs`. Returns the locals that have the arguments, in the
  // order of the parameters; nothing after a complaint.
  std::optional<std::vector<std::uint32_t>> named_arguments(const Statement& statement,
                                                            std::string_view function_key);
  void call_of_verb(const Statement& statement, Verb verb);
  void verb_statement(const Statement& statement, Verb verb, std::string_view argument_key);
  void acquire_statement(const Statement& statement);
  void wait_statement(const Statement& statement);
  void wait_for_statement(const Statement& statement);
  void block_and_timeout(const Statement& statement);
  void put_statement(const Statement& statement);
  void get_statement(const Statement& statement);
  void barrier_wait_statement(const Statement& statement);
  // What barriers that may be meant have for actions, each once.
  std::vector<FunctionId> actions_of(const Target& target) const;
  // A function named by a statement's field: called with, or pushed.
  std::optional<Meaning> callee(const Statement& statement, std::string_view key,
                                std::size_t arguments);
  Target receiver_operand(const Operand& operand, Verb verb);

  // ---- control flow

  void if_statement(const Statement& statement);
  void while_statement(const Statement& statement);
  void for_statement(const Statement& statement);
  void break_statement(const Statement& statement);
  void continue_statement(const Statement& statement);
  void return_statement(const Statement& statement);
  void with_statement(const Statement& statement);
  void with_items(const std::vector<Operand>& items, std::size_t i, const Block& body);
  void try_statement(const Statement& statement);
  void try_except(const Statement& statement);
  void handler(const ExceptHandler& handler, Label end);
  void handler_body(const ExceptHandler& handler, Label end);
  void atomic_statement(const Statement& statement);
  void await_statement(const Statement& statement);
  // A finally body, executed because of the exception on the stack, which stays there.
  void finally_of_exception(const Block& finally);
  // From here on `raise` alone raises the exception that is on the stack and stays there.
  std::uint32_t keep_exception();

  // What a statement that leaves has to do on its way out, innermost last.
  struct Enclosing {
    enum class Kind : std::uint8_t {
      while_loop,
      for_loop,  // two values on the stack
      with,      // the receiver on the stack
      finally,   // `block`
      guarded,   // the body of a try with handlers: nothing is owed
      naming,    // `slot` is cleared, and `name` if there is one
      atomic,
      value,  // on the stack: an exception, or what is being returned
    };
    Kind kind;
    std::optional<Assembler::Range> range = std::nullopt;  // in which exceptions come past here
    Label next{};                                          // loops: of the next round
    Label end{};                                           // loops: behind the loop
    const Block* block = nullptr;                          // finally
    Target target{};                                       // with
    std::optional<std::uint32_t> slot = std::nullopt;      // naming: a hidden local
    std::string name{};                                    // naming
    SiteId site{};
  };
  enum class Carrying : std::uint8_t { nothing, value };  // on top of the stack
  void enter(Enclosing enclosing);
  Enclosing leave();
  // Writes the way out of all that was entered after the first `keep`; what follows is outside
  // of it until resume_ranges().
  void unwind(std::size_t keep, Carrying carrying);
  void unwind_one(Enclosing& enclosing, Carrying carrying);
  void resume_ranges();
  std::optional<std::size_t> innermost_loop() const;
  void clear_naming(const Enclosing& enclosing);

  Module& module_;
  Scope scope_;
  std::uint32_t parameters_;
  Assembler code_;
  const Operand* operand_ = nullptr;  // of which expression() compiles a part
  std::vector<Enclosing> enclosing_;
  std::vector<std::uint32_t> exceptions_;  // hidden locals: what is being handled, innermost last
};

}  // namespace lockstep
