#include "engine/operations/parked.h"

namespace lockstep {

LooksAt looks_at(Operation operation) {
  using How = LooksAt::How;
  switch (operation) {
    case Operation::condition_park:
      return {word_bit(0), How::queue};
    case Operation::event_park:
    case Operation::semaphore_park:
    case Operation::bounded_semaphore_park:
      return {word_bit(1), How::queue};
    case Operation::queue_get_park:
      return {word_bit(2), How::queue};
    case Operation::queue_put_park:
      return {word_bit(3), How::queue};
    case Operation::queue_join_park:
      return {word_bit(4), How::queue};
    case Operation::barrier_wait:
    case Operation::barrier_park:
      return {word_bit(0) | word_bit(2)};  // not at how many are inside
    // Of an RLock the owner can go on, too; but who waits for it is not the owner.
    case Operation::lock_acquire:
    case Operation::lock_enter:
    case Operation::lock_restore:
    case Operation::rlock_acquire:
    case Operation::rlock_enter:
    case Operation::rlock_restore:
      return {word_bit(0), How::zero};
    case Operation::simple_queue_get:
      return {word_bit(0), How::not_zero};
    default:
      return {};
  }
}

}  // namespace lockstep
