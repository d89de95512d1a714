// threading.local. No word: what a thread keeps in it is the thread's own (LocalState::attributes)
// and is read and written by private bytecode.
#include "engine/objects/operations.h"

namespace lockstep {

void initialise_local(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_local(const Machine&, const State&, ObjectId) { return std::nullopt; }
std::string describe_local(const Machine&, const State&, ObjectId) { return {}; }

}  // namespace lockstep
