#include "engine/operations/parked.h"

namespace lockstep {

LooksAt looks_at(Operation operation) {
  switch (operation) {
    case Operation::condition_park:
      return {word_bit(0), true};
    case Operation::event_park:
    case Operation::semaphore_park:
    case Operation::bounded_semaphore_park:
      return {word_bit(1), true};
    case Operation::queue_get_park:
      return {word_bit(2), true};
    case Operation::queue_put_park:
      return {word_bit(3), true};
    case Operation::queue_join_park:
      return {word_bit(4), true};
    case Operation::barrier_wait:
    case Operation::barrier_park:
      return {word_bit(0) | word_bit(2)};  // not at how many are inside
    default:
      return {};
  }
}

}  // namespace lockstep
