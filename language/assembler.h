// Writes the code of one function behind what a Program already has: jumps to places that come
// later, the depth of the operand stack, ranges in which exceptions are caught.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/objects/object.h"
#include "engine/program/program.h"

namespace lockstep {

// The constants of a Program, each once.
class ConstantPool {
 public:
  explicit ConstantPool(std::vector<Constant>& constants) : constants_(constants) {}
  std::uint32_t index(const Constant& constant);

 private:
  std::vector<Constant>& constants_;
  std::map<std::string, std::uint32_t> known_;  // by what the constant consists of
};

class Assembler {
 public:
  struct Label {
    std::uint32_t index;
  };

  Assembler(Program& program, ConstantPool& pool)
      : program_(program), pool_(pool), begin_(address()) {}

  // Where the next instruction will stand.
  std::uint32_t address() const { return static_cast<std::uint32_t>(program_.code.size()); }
  std::uint32_t depth() const { return depth_; }

  // Instructions that follow belong to this statement.
  void set_site(SiteId site) { site_ = site; }
  SiteId site() const { return site_; }

  void emit(Opcode opcode, std::uint32_t a = 0, std::uint32_t b = 0, Target target = none());
  void constant(const Constant& constant) { emit(Opcode::constant, pool_.index(constant)); }
  void perform(Operation operation, std::uint32_t arguments);
  // `target`: what the receiver can be.
  void operate(Verb verb, const Target& target);  // with as many arguments as verbs.def says
  void jump(Opcode opcode, Label to);

  Label label();  // of a place still to come, or of this one once place() is called
  void place(Label label);
  Label here();

  // After a jump away: what follows is reached with this depth.
  void set_depth(std::uint32_t depth) { depth_ = depth; }

  // While code is written a range is open or suspended; close() makes it a row for each of its
  // parts that is not empty. Ranges that lie inside are closed first, so that they come first.
  struct Range {
    std::uint32_t depth;
    std::optional<std::uint32_t> begin;  // of the open part
    std::vector<std::pair<std::uint32_t, std::uint32_t>> parts;
  };
  Range open_range() const { return {depth_, address(), {}}; }
  void suspend(Range& range) const;
  void resume(Range& range) const { range.begin = address(); }
  void close_range(Range& range, Label handler);
  // The handler of a range begins here: its depth and the exception.
  void place_handler(Label label, const Range& range);

  // Requires: every label that was jumped to has been placed.
  Function finish(std::string name, std::uint32_t parameters, std::vector<std::string> locals);

  static Target none() { return {Target::Kind::none, {}, 0, {}}; }

 private:
  struct Place {
    std::optional<std::uint32_t> address;
    std::optional<std::uint32_t> depth;
    std::vector<std::uint32_t> jumps;  // instructions that go there
  };
  struct Row {
    std::uint32_t begin, end, depth;
    Label handler;
  };

  Program& program_;
  ConstantPool& pool_;
  std::uint32_t begin_;
  std::uint32_t depth_ = 0;
  std::uint32_t depth_max_ = 0;
  SiteId site_;
  std::vector<Place> places_;  // index = Label::index
  std::vector<Row> rows_;
};

}  // namespace lockstep
