// The functions that the rows of objects.def and operations.def name. For the tables and for
// engine/operations/ only; everybody else goes through row() in object.h.
#pragma once
#include "engine/objects/object.h"

namespace lockstep {

#define OBJECT(kind, type, python, python_class, words, owned, works_as)            \
  void initialise_##works_as(const Machine&, State&, ObjectId);                     \
  std::optional<ThreadId> owner_##works_as(const Machine&, const State&, ObjectId); \
  std::string describe_##works_as(const Machine&, const State&, ObjectId);
#define SHARED_OBJECT OBJECT
#include "engine/objects/objects.def"
#undef SHARED_OBJECT
#undef OBJECT

#define MAY_BLOCK(operation, kind, verb, switches, need, by) \
  Readiness ready_##operation(const State&, const Call&);    \
  Outcome apply_##operation(State&, const Call&);            \
  Outcome expire_##operation(State&, const Call&);
#define NEVER_BLOCKS(operation, kind, verb, switches) \
  Outcome apply_##operation(State&, const Call&);
#include "engine/objects/operations.def"
#undef MAY_BLOCK
#undef NEVER_BLOCKS

}  // namespace lockstep
