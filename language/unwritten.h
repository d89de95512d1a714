// Pieces of the bodies that a program has and no scenario writes (pool_bodies.h).
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>

#include "language/assembler.h"
#include "language/body_compiler.h"

namespace lockstep {

// The place of code that stands nowhere in the scenario.
SiteId unwritten(Module& module, std::string text);

// value -> value; goes to `to` if it is the constant.
void jump_if_is(Assembler& code, const Constant& constant, Assembler::Label to);

// The handler of a range: an exception of the class is forgotten, and the code goes on at `begin`,
// which lies before.
void swallow(Assembler& code, ExceptionKind kind, const Assembler::Range& range,
             Assembler::Label handler, Assembler::Label begin);

// Whether an object of the kind has a function that its workers call first.
bool has_initializer(const Module& module, ObjectKind kind);
// Calls it, if the pool, the first local, has one. Returns where that may raise.
Assembler::Range initialize(Assembler& code, Assembler::Label failed);

// result -> what the verb answers, which a worker tells its pool, the first local, of the task: the
// locals, of which the last keeps the result, and whether that was raised.
void give(Assembler& code, Verb verb, std::initializer_list<std::uint32_t> locals, bool raised);

}  // namespace lockstep
