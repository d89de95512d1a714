#include "report/cause_advice.h"

#include <array>

namespace lockstep {
namespace {

constexpr std::array rows{
    CauseAdvice{
        CauseKind::lost_update,
        "A thread writes to a variable a value that it has made of what it read there, and "
        "another thread has written in between: that write is lost.",
        "Hold one lock from the read to the write, in every thread that writes. `n += 1` is "
        "such a read and write."},
    CauseAdvice{
        CauseKind::stale_read,
        "A thread passes on a value that it has made of what it read, and another thread "
        "has changed that since: what it passes on was right a moment ago.",
        "Hold one lock from the read to the use, and change under it what belongs together."},
    CauseAdvice{CauseKind::check_then_act,
                "A thread does something because of what it has seen, and another thread has "
                "changed that since: the test no longer holds when the deed is done.",
                "Test and act under one lock. Or let one operation do both, as acquire() with "
                "blocking=False, get_nowait(), or dict.setdefault() do, and look at what it says."},
    CauseAdvice{CauseKind::changed_in_between,
                "A thread comes back to what it had to do with before, and relies on it, while "
                "another thread has changed it in between.",
                "Keep what is a thread's own in locals or in threading.local(). Share the rest "
                "under one lock, held for both accesses."},
    CauseAdvice{CauseKind::if_instead_of_while,
                "A thread waits on a condition because of a test, is woken, and goes on without "
                "testing again, although the test would come out as before: another thread was "
                "faster, or it was woken for something else.",
                "`while not ready: cond.wait()` instead of `if`, or wait_for(), which has the loop "
                "in it."},
    CauseAdvice{
        CauseKind::notify_without_effect,
        "A notify is for those who wait at that moment. It came before the wait began, and "
        "a condition does not remember it.",
        "Change a variable with the lock held before the notify, and let the waiter test it "
        "with the lock held before it waits. Or use an Event or a Semaphore, which "
        "remember."},
    CauseAdvice{CauseKind::woke_another,
                "notify() wakes one waiter, and that was not the one who needed it: it waits for "
                "something else, and waits again.",
                "notify_all() where waiters wait for different things, or a condition for each "
                "thing, with the same lock."},
    CauseAdvice{CauseKind::never_notified,
                "On the way to this state nobody has notified the condition at all.",
                "Whoever changes what is waited for notifies, with the lock held, on every way "
                "through the code."},
    CauseAdvice{
        CauseKind::never_set, "On the way to this state nobody has set the event.",
        "Set it on every way through the code, also where the work failed: in a `finally`."},
    CauseAdvice{CauseKind::set_and_cleared,
                "The event was set before the wait began, and was cleared again before that: who "
                "looks late sees nothing.",
                "Let the one who waits clear it, once it has seen it. For something that comes "
                "again and again use a Semaphore or a Queue, which count."},
    CauseAdvice{CauseKind::owner_ended,
                "The thread that has taken the lock has ended, and did not release it on its way "
                "out.",
                "`with lock:`, or a release in a `finally`."},
    CauseAdvice{CauseKind::owner_goes_on,
                "The thread that has taken the lock lives, but nothing that it can still do "
                "releases it.",
                "`with lock:` around what needs it, and nothing else; no loop without end inside."},
    CauseAdvice{CauseKind::never_taken, "The lock that is released was never taken by anybody.",
                "`with lock:`. Or acquire before the `try` whose `finally` releases."},
    CauseAdvice{CauseKind::released_already,
                "The thread had the lock, and has released it once already.",
                "`with lock:`, so that there is one release for each acquire."},
    CauseAdvice{CauseKind::released_by_another,
                "The thread had taken the lock, and another thread has released it, which a Lock "
                "lets anyone do: from then on two can be in the section that it guards.",
                "Let who has taken a lock release it, with `with lock:`; an RLock insists on that. "
                "To wake another thread use an Event or a Semaphore."},
    CauseAdvice{CauseKind::held_by_another,
                "The lock that is released belongs to another thread, as a rule because an attempt "
                "to get it has failed and nobody has looked.",
                "Release only where acquire() has returned True."},
    CauseAdvice{CauseKind::aborted,
                "A party has called abort(), which breaks the barrier for all who wait at it or "
                "come to it.",
                "Catch BrokenBarrierError in every party."},
    CauseAdvice{
        CauseKind::timed_out,
        "The timeout of one party has run out, which breaks the barrier for all others too.",
        "Give the barrier a timeout that the slowest party meets, or none; and catch "
        "BrokenBarrierError in every party."},
    CauseAdvice{CauseKind::reset,
                "The barrier was reset while threads waited at it, which throws them out with a "
                "BrokenBarrierError.",
                "Reset it only when nobody can be waiting. One that has opened needs no reset."},
    CauseAdvice{CauseKind::action_failed,
                "The action that the last party executes has raised: the barrier is broken, and "
                "nobody gets through.",
                "Let the action catch what may go wrong in it."},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].kind != static_cast<CauseKind>(i)) return false;
  }
  return true;
}
static_assert(is_in_order(), "a row's place is its kind");
static_assert(rows.size() == static_cast<std::size_t>(CauseKind::action_failed) + 1);

}  // namespace

const CauseAdvice& advice(CauseKind kind) { return rows[static_cast<std::size_t>(kind)]; }

}  // namespace lockstep
