// Remedy lock-order: the locks are taken in one order everywhere, so that no circle can close.
//
// The order is chosen among the locks that lie on a cycle of the graph "taken while held"
// (nests.h) together with those of a finding, so that the fewest places have to be rewritten.
// Where several orders are equally good, each is a proposal: which is better, the timed runs of the
// patched scenarios tell. The other locks are ordered as the graph has them, so that what is
// moved does not make a new cycle with them.
//
// Every rewriting takes a lock earlier than it was taken, never later, and leaves its release
// where it is: what was done with a lock held is still done with it held.
//
//   acquire b; S; acquire a      ->  acquire a; acquire b; S
//   with b: S; with a: T         ->  with a, b: S; T
//   with b: S; acquire a         ->  acquire a; with b: S
//   acquire f[x]; acquire f[y]   ->  acquire f[min(x, y)]; acquire f[max(x, y)]
//
// If S touches a, or jumps away, or changes what a means, the place cannot be rewritten, and no
// order that goes against it is proposed. Neither can a place where the second lock is taken in
// a function that is called, in a loop, or in one branch of an `if`.
//
// One place is rewritten at a time and the scenario read again, since each rewriting changes
// what is held at others. The insertion sort that comes of it ends: locks only move to the front.
#include <algorithm>
#include <iterator>
#include <set>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/nests.h"
#include "remedy/orders.h"
#include "remedy/rewrite.h"
#include "remedy/splice.h"

namespace lockstep {
namespace {

constexpr std::size_t orders_max = 4;
constexpr std::size_t rewritings_max = 100;

// Reading a body --------------------------------------------------------------------------------

// All statements at any depth.
template <class Visit>
void for_each(const std::vector<const Statement*>& statements, const Visit& visit) {
  for (const Statement* statement : statements) {
    visit(*statement);
    for (const Field& field : statement->fields) {
      if (const auto* block = std::get_if<Block>(&field)) for_each_statement(*block, visit);
      if (const auto* handlers = std::get_if<std::vector<ExceptHandler>>(&field)) {
        for (const ExceptHandler& handler : *handlers) for_each_statement(handler.body, visit);
      }
    }
  }
}

// Below zero, as far as the text tells: Python counts such an index from the end.
bool may_be_negative(const Expression& expression) {
  switch (expression.kind) {
    case Expression::Kind::binary:
      if (expression.binary_operator == BinaryOperator::subtract) return true;
      if (expression.binary_operator == BinaryOperator::modulo) {
        return may_be_negative(*expression.operands[1]);
      }
      return std::ranges::any_of(expression.operands,
                                 [](const ExpressionPtr& part) { return may_be_negative(*part); });
    case Expression::Kind::unary:
      return expression.unary_operator != UnaryOperator::positive;
    case Expression::Kind::constant:
      return expression.constant.kind == ValueKind::integer && expression.constant.integer < 0;
    default:
      return false;
  }
}

bool is_call_of(const Expression* expression, std::string_view function) {
  return expression != nullptr && expression->kind == Expression::Kind::call &&
         expression->text == function && expression->operands.size() == 2;
}

std::string arguments_of(const std::string& call) {
  const std::size_t open = call.find('(');
  return open == std::string::npos ? "" : call.substr(open);
}

// Taken in this order, two of an array are in ascending order whatever the variables are.
bool is_ascending(const LockName& first, const LockName& second) {
  if (first.element && second.element) return *first.element < *second.element;
  if (is_call_of(first.expression, "min") && is_call_of(second.expression, "max")) {
    return arguments_of(first.index) == arguments_of(second.index);
  }
  const Expression* sum = second.expression;  // i, then i + 1
  return sum != nullptr && sum->kind == Expression::Kind::binary &&
         sum->binary_operator == BinaryOperator::add &&
         sum->operands[1]->kind == Expression::Kind::constant &&
         sum->operands[1]->constant.kind == ValueKind::integer &&
         sum->operands[1]->constant.integer > 0 && !first.index.empty() &&
         second.index.starts_with(first.index + " +");
}

// "in f2, line 12, a cannot be taken before b: "
std::string place_of(const Nest& nest, const Body& body, const LockNames& names) {
  const std::string& held = names.names()[nest.held.lock.lock];
  const std::string& taken = names.names()[nest.taken.lock.lock];
  return "in " + body.name + ", line " + std::to_string(nest.taken.statement->place.line) + ", " +
         taken + " cannot be taken before " + (held == taken ? "the other of the array" : held) +
         ": ";
}

// Why a nest cannot be turned round, whatever stands in between; empty if it can.
std::string obstacle(const Nest& nest) {
  using How = Taking::How;
  switch (nest.taken.how) {
    case How::call:
      return "it is taken in a function that is called";
    case How::wait:
      return "the end of a wait takes it";
    case How::tried:
      return "its acquire may fail, or its result is used";
    case How::plain:
    case How::with:
      break;
  }
  if (!is_straight(nest)) return "it is taken in a loop, or on one way of several";
  if (nest.taken.how == How::with && nest.held.how != How::with) {
    return "a `with` would have to begin before an acquire";
  }
  return "";
}

// The document, one rewriting after the other -----------------------------------------------------

struct Order {
  std::vector<std::size_t> rank;       // by lock
  std::vector<std::size_t> component;  // by lock: which cycle it lies on, if any
  std::vector<bool> matters;           // by component: it has to be made free of cycles
};

class Rewriting {
 public:
  Rewriting(const Scenario& scenario, const Program& program, const Order& order)
      : file_(scenario.file),
        settings_(settings_of(scenario)),
        program_(program),
        order_(order),
        edit_(scenario.text) {}

  // False if some place cannot be rewritten.
  bool run() {
    for (std::size_t n = 0; n < rewritings_max; ++n) {
      ReadScenario read = read_scenario(file_, edit_.text(), settings_);
      if (!read.scenario) return false;
      scenario_ = &*read.scenario;
      const std::vector<Body> bodies = bodies_of(*scenario_);
      const LockNames names(*scenario_, program_);
      const Nests nests(bodies, names);
      bodies_ = &bodies;
      names_ = &names;
      nests_ = &nests;
      const auto found =
          std::ranges::find_if(nests.all(), [&](const Nest& nest) { return goes_against(nest); });
      if (found == nests.all().end()) return true;
      if (!rewrite(*found)) return false;
      ++rewritings_;
    }
    return false;
  }
  std::size_t rewritings() const { return rewritings_; }
  // Where and why a place could not be rewritten, if run() is false.
  const std::string& why_not() const { return why_not_; }

  const Edit& edit() const { return edit_; }

  // "take mutexA before mutexB in f2 and f3"
  std::string title() const {
    std::string out;
    for (const auto& [what, where] : done_) {
      out += (out.empty() ? "take " : ", ") + what + " in " + in_words(where);
    }
    return out;
  }

 private:
  bool goes_against(const Nest& nest) const {
    const std::size_t held = nest.held.lock.lock;
    const std::size_t taken = nest.taken.lock.lock;
    const std::size_t component = order_.component[held];
    if (component == order_.component[taken] && !order_.matters[component]) return false;
    if (held == taken) return !is_ascending(nest.held.lock, nest.taken.lock);
    return order_.rank[taken] < order_.rank[held];
  }

  bool rewrite(const Nest& nest) {
    using How = Taking::How;
    const Body& body = (*bodies_)[nest.body];
    const LockName& taken = nest.taken.lock;
    const auto cannot = [&](const std::string& why) {
      why_not_ = place_of(nest, body, *names_) + why;
      return false;
    };
    if (!is_straight(nest)) return cannot(obstacle(nest));
    const std::vector<const Statement*> passed = between(nest);
    if (touches(passed, body, taken.lock))
      return cannot("what stands between takes or releases it");
    if (!is_steady(taken, passed, body)) {
      return cannot("what stands between changes which lock is meant");
    }
    const bool is_pair = nest.held.lock.lock == taken.lock;
    if (is_pair) {
      return sort_pair(nest, passed, body) ||
             cannot("the two of the array cannot be sorted by min and max there");
    }

    done(names_->names()[taken.lock] + " before " + names_->names()[nest.held.lock.lock],
         body.name);
    if (nest.taken.how == How::plain) {
      return jump(passed) ? cannot("what stands between may lead past it") : hoist(nest);
    }
    if (nest.taken.how == How::with && nest.held.how == How::with) {
      return widen(nest) || cannot("a label would be lost");
    }
    return cannot(obstacle(nest));
  }

  // acquire b; S; acquire a  ->  acquire a; acquire b; S
  bool hoist(const Nest& nest) {
    const std::string& from = nest.taken.statement->place.pointer;
    const std::string& to = nest.held.statement->place.pointer;
    const std::optional<std::string> value = item_at(from);
    return value && edit_.remove(from) && edit_.add(to, *value);
  }

  // with b: S; with a: T  ->  with a, b: S; T
  bool widen(const Nest& nest) {
    const std::string outer = nest.held.statement->place.pointer;
    const std::string inner = nest.taken.statement->place.pointer;
    std::vector<std::string> outer_locks = locks_at(outer);
    std::vector<std::string> inner_locks = locks_at(inner);
    if (nest.held.position >= outer_locks.size()) return false;
    if (nest.taken.position >= inner_locks.size()) return false;
    const std::string moved = inner_locks[nest.taken.position];
    if (outer == inner) {
      outer_locks.erase(outer_locks.begin() + static_cast<std::ptrdiff_t>(nest.taken.position));
    }
    outer_locks.insert(outer_locks.begin() + static_cast<std::ptrdiff_t>(nest.held.position),
                       moved);
    if (!edit_.replace(outer + "/with", array_of(outer_locks))) return false;
    return outer == inner || let_go(nest.taken);
  }

  // The `with` takes one lock less; without any it is replaced by its body.
  bool let_go(const Taking& taking) {
    const std::string pointer = taking.statement->place.pointer;
    std::vector<std::string> locks = locks_at(pointer);
    locks.erase(locks.begin() + static_cast<std::ptrdiff_t>(taking.position));
    if (locks.size() == 1) return edit_.replace(pointer + "/with", locks[0]);
    if (locks.size() > 1) return edit_.replace(pointer + "/with", array_of(locks));

    const JsonNode* statement = edit_.at(pointer);
    const JsonNode* body = statement == nullptr ? nullptr : statement->find("do");
    if (body == nullptr) return false;
    std::vector<std::string> values;
    for (std::size_t i = 0; i < body->items.size(); ++i) {
      values.push_back(item_text_and_above(edit_.text(), *body, i));
    }
    // A schedule may speak of the label.
    const JsonNode* label = statement->find("label");
    const std::string kept = label == nullptr ? "" : one_line(edit_.text(), *label);
    if (!kept.empty() && (values.empty() || body->items[0].find("label") != nullptr)) return false;

    const std::string list(parent_of(pointer));
    const std::size_t index = std::stoul(last_token(pointer));
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!edit_.add(child(list, index + i), values[i])) return false;
    }
    if (!kept.empty() && !edit_.add(pointer + "/label", kept)) return false;
    return edit_.remove(child(list, index + values.size()));
  }

  // f[x], then f[y]  ->  f[min(x, y)], then f[max(x, y)]
  bool sort_pair(const Nest& nest, const std::vector<const Statement*>& passed, const Body& body) {
    using How = Taking::How;
    const LockName& x = nest.held.lock;
    const LockName& y = nest.taken.lock;
    if (nest.held.how != nest.taken.how) return false;
    if (nest.held.how != How::plain && nest.held.how != How::with) return false;
    if (is_one_of_three(nest) || !is_steady(x, passed, body)) return false;
    const std::string array = names_->names()[x.lock];
    done("the lower index of " + array + " first", body.name);

    std::string lower, higher;
    if (x.element && y.element) {
      lower = std::to_string(std::min(*x.element, *y.element));
      higher = std::to_string(std::max(*x.element, *y.element));
    } else {
      if (body.locals.contains("min") || body.locals.contains("max")) return false;
      const std::string both = "(" + index_text(x) + ", " + index_text(y) + ")";
      lower = "min" + both;
      higher = "max" + both;
    }
    const std::string first = json_string(array + "[" + lower + "]");
    const std::string second = json_string(array + "[" + higher + "]");
    if (nest.held.statement == nest.taken.statement) {
      return name_locks(nest.held, {{nest.held.position, first}, {nest.taken.position, second}});
    }
    if (!name_locks(nest.held, {{nest.held.position, first}})) return false;
    if (!name_locks(nest.taken, {{nest.taken.position, second}})) return false;
    if (!shares(passed, body)) return true;

    // What was done between the two was perhaps guarded by the first.
    if (nest.held.how == How::with) {
      std::vector<std::string> locks = locks_at(nest.held.statement->place.pointer);
      locks.insert(locks.begin() + static_cast<std::ptrdiff_t>(nest.held.position) + 1, second);
      return edit_.replace(nest.held.statement->place.pointer + "/with", array_of(locks)) &&
             let_go(nest.taken);
    }
    if (jump(passed)) return false;
    const std::string& from = nest.taken.statement->place.pointer;
    const std::string& held = nest.held.statement->place.pointer;
    const std::optional<std::string> value = item_at(from);
    const std::string to = child(parent_of(held), std::stoul(last_token(held)) + 1);
    return value && edit_.remove(from) && edit_.add(to, *value);
  }

  // More than two of the array are held at the place: min and max do not sort them.
  bool is_one_of_three(const Nest& nest) const {
    const auto involves = [&](const Nest& other) {
      if (other.body != nest.body || other.held.lock.lock != other.taken.lock.lock) return false;
      if (other.held.lock.lock != nest.held.lock.lock) return false;
      const auto is = [](const Taking& a, const Taking& b) {
        return a.statement == b.statement && a.position == b.position;
      };
      const bool same = is(other.held, nest.held) && is(other.taken, nest.taken);
      return !same && (is(other.held, nest.held) || is(other.held, nest.taken) ||
                       is(other.taken, nest.held) || is(other.taken, nest.taken));
    };
    return std::ranges::any_of(nests_->all(), involves);
  }

  // ---- what stands in between

  bool touches(const std::vector<const Statement*>& statements, const Body& body,
               std::size_t lock) const {
    bool found = false;
    for_each(statements, [&](const Statement& statement) {
      using enum StatementKind;
      if (statement.kind == call) {
        found = found || nests_->touched_in(get_function(statement, "call")).contains(lock);
      }
      if (statement.kind != acquire && statement.kind != release && statement.kind != with &&
          statement.kind != wait && statement.kind != wait_for) {
        return;
      }
      const auto operand = [&](const Operand& one) {
        const std::optional<LockName> name = names_->find(one, body);
        found = found || (name && name->lock == lock);
      };
      if (const auto* one = std::get_if<Operand>(&statement.fields[0])) operand(*one);
      if (const auto* all = std::get_if<std::vector<Operand>>(&statement.fields[0])) {
        std::ranges::for_each(*all, operand);
      }
    });
    return found;
  }

  static bool jump(const std::vector<const Statement*>& statements) {
    return std::ranges::any_of(statements, [](const Statement* s) { return jumps(*s); });
  }

  // The index means the same before the statements as behind them.
  bool is_steady(const LockName& lock, const std::vector<const Statement*>& statements,
                 const Body& body) const {
    if (lock.expression == nullptr || lock.element) return true;
    std::set<std::string> names;
    bool steady = true;
    for_each_subexpression(*lock.expression, [&](const Expression& part) {
      if (part.kind == Expression::Kind::name) names.insert(part.text);
      steady = steady && part.kind != Expression::Kind::method &&
               part.kind != Expression::Kind::attribute;
      // Of the functions only those that look at nothing but their arguments.
      if (part.kind == Expression::Kind::call) {
        steady = steady && (part.text == "min" || part.text == "max" || part.text == "len" ||
                            part.text == "abs" || part.text == "int");
      }
    });
    for (const std::string& name : names) steady = steady && !is_shared(name, body);
    for_each(statements, [&](const Statement& statement) {
      for (const std::string& name : assigned_names(statement)) {
        steady = steady && !names.contains(name);
      }
    });
    return steady;
  }

  bool is_shared(const std::string& name, const Body& body) const {
    return !body.locals.contains(name) &&
           std::ranges::find(scenario_->variables, name, &ScenarioVariable::name) !=
               scenario_->variables.end();
  }

  // Whether they use a shared variable, or may.
  bool shares(const std::vector<const Statement*>& statements, const Body& body) const {
    bool found = false;
    for_each(statements, [&](const Statement& statement) {
      found = found || statement.kind == StatementKind::call;
      for_each_expression(statement, [&](const Expression& part) {
        found = found || (part.kind == Expression::Kind::name && is_shared(part.text, body));
      });
    });
    return found;
  }

  // ---- the text

  std::optional<std::string> item_at(const std::string& pointer) const {
    const JsonNode* list = edit_.at(parent_of(pointer));
    if (list == nullptr || edit_.at(pointer) == nullptr) return std::nullopt;
    return item_text(edit_.text(), *list, std::stoul(last_token(pointer)));
  }
  // The locks of a `with`, as JSON.
  std::vector<std::string> locks_at(const std::string& pointer) const {
    std::vector<std::string> locks;
    const JsonNode* with = edit_.at(pointer + "/with");
    if (with == nullptr) return locks;
    if (with->kind != JsonNode::Kind::array) return {one_line(edit_.text(), *with)};
    for (const JsonNode& lock : with->items) locks.push_back(one_line(edit_.text(), lock));
    return locks;
  }
  static std::string array_of(const std::vector<std::string>& values) {
    std::string out;
    for (const std::string& value : values) out += (out.empty() ? "[" : ", ") + value;
    return out + "]";
  }
  // Other locks at some positions of one statement.
  bool name_locks(const Taking& taking, const std::map<std::size_t, std::string>& others) {
    const std::string& pointer = taking.statement->place.pointer;
    if (taking.how == Taking::How::plain) {
      return edit_.replace(pointer + "/acquire", others.begin()->second);
    }
    std::vector<std::string> locks = locks_at(pointer);
    for (const auto& [position, lock] : others) {
      if (position >= locks.size()) return false;
      locks[position] = lock;
    }
    return edit_.replace(pointer + "/with", locks.size() == 1 ? locks[0] : array_of(locks));
  }
  // As an argument of min and max.
  std::string index_text(const LockName& lock) const {
    if (lock.expression == nullptr || !may_be_negative(*lock.expression)) return lock.index;
    return "(" + lock.index + ") % " + names_->count(lock.lock);
  }

  void done(const std::string& what, const std::string& where) {
    auto found = std::ranges::find(done_, what, &Done::what);
    if (found == done_.end()) found = done_.insert(done_.end(), {what, {}});
    if (std::ranges::find(found->where, where) == found->where.end()) {
      found->where.push_back(where);
    }
  }

  struct Done {
    std::string what;
    std::vector<std::string> where;
  };

  std::string file_;
  std::map<std::string, std::string> settings_;
  const Program& program_;  // of the original: the objects are the same
  const Order& order_;
  Edit edit_;
  std::size_t rewritings_ = 0;
  std::string why_not_;
  std::vector<Done> done_;
  // Of the text as it stands:
  const Scenario* scenario_ = nullptr;
  const std::vector<Body>* bodies_ = nullptr;
  const LockNames* names_ = nullptr;
  const Nests* nests_ = nullptr;
};

// Choosing the order ------------------------------------------------------------------------------

// What it costs to have `taken` before `held` in the order; the pair of an array is not asked for.
std::uint64_t cost_of(const Nest& nest) { return obstacle(nest).empty() ? 1 : not_possible; }

class Chooser {
 public:
  Chooser(const std::vector<std::vector<ObjectId>>& cycles, const LockNames& names,
          const Nests& nests)
      : names_(names), nests_(nests), locks_(names.names().size()) {
    std::vector<std::vector<bool>> edge(locks_, std::vector<bool>(locks_));
    for (const Nest& nest : nests.all()) edge[nest.held.lock.lock][nest.taken.lock.lock] = true;
    order_.component = components_in_order(edge);
    order_.matters.resize(locks_);
    for (const std::vector<ObjectId>& cycle : cycles) explain(cycle);
  }

  // Those that may do; none if the text does not explain the findings.
  std::vector<Order> all() {
    if (!explained_) return {};
    std::vector<Order> orders = {order_};
    orders[0].rank.resize(locks_);
    for (std::size_t component = 0; component < locks_; ++component) {
      std::vector<std::size_t> members;
      for (std::size_t lock = 0; lock < locks_; ++lock) {
        if (order_.component[lock] == component) members.push_back(lock);
      }
      std::vector<Order> extended;
      for (const std::vector<std::size_t>& members_order : orders_of(component, members)) {
        for (Order order : orders) {
          for (std::size_t i = 0; i < members_order.size(); ++i) {
            order.rank[members[members_order[i]]] = component * locks_ + i;
          }
          extended.push_back(std::move(order));
        }
      }
      orders = std::move(extended);
      if (orders.size() > orders_max) orders.resize(orders_max);
    }
    return orders;
  }

 private:
  // All locks of a circular wait have to lie on one cycle of the graph.
  void explain(const std::vector<ObjectId>& cycle) {
    std::set<std::size_t> components;
    for (const ObjectId object : cycle) {
      const std::optional<std::size_t> lock = names_.find(object);
      components.insert(lock ? order_.component[*lock] : locks_);
    }
    if (components.size() != 1 || components.contains(locks_)) {
      explained_ = false;
    } else {
      order_.matters[*components.begin()] = true;
    }
  }

  std::vector<std::vector<std::size_t>> orders_of(std::size_t component,
                                                  const std::vector<std::size_t>& members) const {
    std::vector<std::size_t> declared(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) declared[i] = i;
    if (!order_.matters[component]) return {declared};
    if (members.size() > ordered_max) return {};
    std::vector<std::vector<std::uint64_t>> cost(members.size(),
                                                 std::vector<std::uint64_t>(members.size()));
    std::set<std::pair<const Statement*, std::pair<std::size_t, std::size_t>>> counted;
    for (const Nest& nest : nests_.all()) {
      const auto held = std::ranges::find(members, nest.held.lock.lock);
      const auto taken = std::ranges::find(members, nest.taken.lock.lock);
      if (held == members.end() || taken == members.end() || held == taken) continue;
      const auto a = static_cast<std::size_t>(held - members.begin());
      const auto b = static_cast<std::size_t>(taken - members.begin());
      if (!counted.insert({nest.taken.statement, {a, b}}).second) continue;
      cost[a][b] = std::min(cost[a][b] + cost_of(nest), not_possible);
    }
    return best_orders(cost, orders_max);
  }

  const LockNames& names_;
  const Nests& nests_;
  std::size_t locks_;
  Order order_;
  bool explained_ = true;
};

bool is_on_a_cycle(const Nest& nest, const std::vector<std::vector<ObjectId>>& cycles,
                   const LockNames& names) {
  const auto holds = [&](std::size_t lock) {
    return std::ranges::any_of(cycles, [&](const std::vector<ObjectId>& cycle) {
      return std::ranges::any_of(
          cycle, [&](ObjectId object) { return names.find(object) == std::optional(lock); });
    });
  };
  return holds(nest.held.lock.lock) && holds(nest.taken.lock.lock);
}

}  // namespace

std::vector<Proposal> propose_lock_order(const Scenario& scenario, const Program& program,
                                         const Exploration& exploration) {
  const std::vector<std::vector<ObjectId>> cycles = lock_cycles(program, exploration);
  if (cycles.empty()) return {};
  const std::vector<Body> bodies = bodies_of(scenario);
  const LockNames names(scenario, program);
  const Nests nests(bodies, names);
  // What the chooser counts is pairs of locks; one rewriting may turn several, or lead to more.
  std::vector<Proposal> proposals;
  std::size_t fewest = rewritings_max;
  std::string why_not;
  for (const Nest& nest : nests.all()) {
    const std::string why = obstacle(nest);
    const bool counts = is_on_a_cycle(nest, cycles, names) && !why.empty();
    if (counts && why_not.empty()) why_not = place_of(nest, bodies[nest.body], names) + why;
  }
  for (const Order& order : Chooser(cycles, names, nests).all()) {
    Rewriting rewriting(scenario, program, order);
    if (!rewriting.run()) {
      if (!rewriting.why_not().empty()) why_not = rewriting.why_not();
      continue;
    }
    if (rewriting.rewritings() == 0) continue;
    if (rewriting.rewritings() > fewest) continue;
    if (rewriting.rewritings() < fewest) proposals.clear();
    fewest = rewriting.rewritings();
    Proposal proposal = proposal_of("lock-order", rewriting.title(), rewriting.edit());
    const auto is_same = [&](const Proposal& other) {
      return other.patched_text == proposal.patched_text;
    };
    if (std::ranges::none_of(proposals, is_same)) proposals.push_back(std::move(proposal));
  }
  if (proposals.empty() && !why_not.empty()) {
    return {refusal_of("lock-order", why_not)};
  }
  return proposals;
}

}  // namespace lockstep
