#include "report/advice.h"

#include <array>

#include "engine/assert.h"

namespace lockstep {
namespace {

constexpr std::array rows{
    Advice{
        FindingKind::circular_wait, "DEADLOCK",
        "Each thread of a circle holds a lock that another one of it waits for, or would do what "
        "another one waits for: set an event, notify, put an item or get one. None of them lets "
        "go of what it holds, or does its part, before it has what it waits for, so none ever "
        "goes on.",
        "Take the locks in the same order everywhere. Or let one lock guard what they guard "
        "together: an RLock, if functions that lock call each other. Or take the second lock "
        "with blocking=False or a timeout, and let the first go when that fails. Where each would "
        "wake the other, let one do its part before it waits."},
    Advice{FindingKind::self_deadlock, "DEADLOCK",
           "A thread acquires a Lock that it holds already. A Lock does not know its owner: the "
           "thread waits for itself.",
           "Make it an RLock, which its owner may take again. Or split the function: one that "
           "takes the lock, and one that expects it to be held."},
    Advice{FindingKind::lost_wakeup, "DEADLOCK",
           "A thread waits for a notify, for an event to be set, on a queue or on a socket, and no "
           "thread is left that will do its part: the wakeup came before the wait began, went to "
           "another waiter, or was never sent.",
           "Wait in a loop that tests the condition first, `while not ready: cond.wait()` or "
           "wait_for(), with the lock held from the test to the wait. Change what is tested with "
           "that lock held, then notify. Use notify_all() if waiters wait for different things. "
           "On a queue, give every consumer its own sign to stop, and let somebody get as long as "
           "there are producers, or make room for all that they put. On a socket close what is "
           "over."},
    Advice{FindingKind::orphaned_lock, "DEADLOCK",
           "A thread has ended without releasing a lock that it held, by an exception or by a "
           "way out that has no release; or it lives on, and nothing that it still does releases "
           "it. Whoever wants the lock now waits for ever.",
           "Use `with lock:`, or release in a `finally`."},
    Advice{FindingKind::semaphore_leak, "DEADLOCK",
           "All permits of a semaphore are taken, and no thread is left that would give one "
           "back: somebody acquires more often than it releases, or all wait for a second "
           "permit while they hold their first.",
           "Use `with semaphore:`, or release in a `finally`. Take several permits at once only "
           "while another lock is held."},
    Advice{FindingKind::join_cycle, "DEADLOCK",
           "Threads wait for each other to end, so none of them does.",
           "Let one thread, usually the one that started them, join the others."},
    Advice{FindingKind::busy_wait, "DEADLOCK",
           "A thread waits until a condition comes true, and no thread is left that could make "
           "it true.",
           "Make sure that every path of the other threads, also one with an exception, does "
           "what the wait is for. An Event or a Condition says so more clearly, and costs no "
           "processor while it waits."},
    Advice{
        FindingKind::pool_starvation, "DEADLOCK",
        "A task of a pool waits for the result of another task that is still in the queue, or for "
        "an event, a notify, an item, a permit or a party at a barrier that only such a task "
        "would bring, and all workers that could execute that one are busy with tasks that wait "
        "likewise. A worker that waits is not free for other work.",
        "Let a task return what it knows and the code outside of the pool submit what comes "
        "next, or call the function directly. A pool of its own for the inner tasks helps as "
        "well; more workers help only where the number of tasks that wait at once is bounded."},
    Advice{FindingKind::future_cycle, "DEADLOCK",
           "Tasks that are being executed wait for each other's results, or a task waits for its "
           "own, so that none of them ever has one.",
           "Let only the code that submits the tasks wait for their results, or only tasks that "
           "were submitted later wait for earlier ones."},
    Advice{FindingKind::uncaught_exception, "UNCAUGHT EXCEPTION",
           "Some interleaving ends a thread with an exception that nothing catches. Python "
           "prints a traceback and the other threads go on without it; locks that it took "
           "without `with` stay taken.",
           "Look at which shared variable had an unexpected value, and at who changed it in "
           "between: the test and the use have to be made under one lock."},
    Advice{FindingKind::invariant, "BROKEN INVARIANT",
           "An expression that the scenario declares to hold in every state does not hold in "
           "one that can be reached.",
           "Guard the variables that it speaks of with one lock, held from the first change to "
           "the last."},
    Advice{
        FindingKind::final_check, "WRONG RESULT",
        "An expression that the scenario declares to hold at the end does not hold after "
        "some interleaving. Most often an update was lost: two threads read the same value "
        "and both wrote theirs back.",
        "Hold one lock from the read to the write. The GIL is no such lock: it lets other threads "
        "in at every call and every blocking operation, before CPython 3.10 also inside "
        "`n -= 1`, and free-threaded builds have none."},
    Advice{FindingKind::lock_order, "LOCK ORDER",
           "A thread asks for a lock while it holds one that comes behind it in the lock_order of "
           "the scenario. Where all keep to one order no circle of locks can close; one who does "
           "not is half of a deadlock, even if the other half is not written yet.",
           "Take the lock before those that come behind it. Or let these go first. If the order "
           "itself is wrong, change lock_order; an attempt with blocking=False is free of it."},
    Advice{
        FindingKind::livelock, "LIVELOCK",
        "This interleaving has come to where none ends any more, though others may: threads go on "
        "in a circle, each step of which is possible, and wait in it for something that does not "
        "come. Where no interleaving ends at all it is one only if nothing happens any more but "
        "that threads look at what nobody is left to change. A fair scheduler does not help, since "
        "no step that is left leads out.",
        "Look at what the loop tests, and at who should have made it true: it did so too early, "
        "or was undone, or has ended. Test and change it under one lock, or wait for an Event or "
        "a Condition instead of asking again and again."},
    Advice{FindingKind::never_woken, "DEADLOCK",
           "A thread waits, and others that go on for ever have the code that would let it go, but "
           "none of them ever comes there. Every state that can still be reached was looked at.",
           "Let the loop of the others come to that code in every case, or end; or wait with a "
           "timeout. A lock that is held by a loop without end has to be released in it."},
    Advice{
        FindingKind::self_wait, "DEADLOCK",
        "A thread waits for an item, for room in a queue, for an event or for a notify, and the "
        "only one who would bring that about is the thread itself, after the wait: it takes a "
        "second connection from a pool while it holds the last, puts into a full queue that only "
        "it empties, or waits at a barrier in the barrier's own action.",
        "Do first what the wait is for, or leave it to another thread. Take what is needed "
        "together at once. Where a consumer also produces, let it put with block=False and keep "
        "what does not fit, or make the queue unbounded."},
    Advice{
        FindingKind::missing_party, "DEADLOCK",
        "Threads wait at a barrier, and fewer are left that could come to it than it waits for: "
        "its number of parties is too large, or a party failed, ended early or came to another "
        "round.",
        "Let the number of parties be that of the threads that come, in every round. Call abort() "
        "where a party fails, so that the others get a BrokenBarrierError, or wait with a "
        "timeout."},
    Advice{
        FindingKind::queue_never_done, "DEADLOCK",
        "A thread waits in join() until all items of a queue are done, and nobody is left who "
        "would call task_done() for those that are not: a consumer forgot to, ended with an "
        "exception before it, or no consumer is left.",
        "Call task_done() once for every get(), in a `finally`, so that an item that fails counts "
        "as done too. Let the consumers live until join() has returned."},
    Advice{
        FindingKind::socket_cycle, "DEADLOCK",
        "Each side of a connection waits on it for the other: both for data that the other would "
        "send only later, or both for room, since neither receives while it sends.",
        "Let one side speak first, and say in the protocol which. Receive while sending, in a "
        "thread of its own or with a timeout, where both may send much."},
    Advice{FindingKind::unowned_release, "UNCAUGHT EXCEPTION",
           "Some interleaving ends a thread because it releases a lock that it does not hold: it "
           "never got it, because an attempt with blocking=False or a timeout failed and nobody "
           "looked; or it has released it already; or another thread has released it, which a "
           "Lock lets anyone do.",
           "Use `with lock:`, which releases exactly what it has taken. Where acquire() may fail, "
           "release only if it returned True, and acquire before the `try` whose `finally` "
           "releases. An RLock refuses a thread that is not its owner."},
    Advice{FindingKind::over_release, "UNCAUGHT EXCEPTION",
           "Some interleaving ends a thread because it releases a BoundedSemaphore of which no "
           "permit is taken: somebody releases without having acquired, or twice. A plain "
           "Semaphore would let in one thread too many from then on, and say nothing.",
           "Use `with semaphore:`, or release only where acquire() has returned True, once. A "
           "semaphore whose permits one thread takes and another gives back has to have a bound "
           "as large as the most that are ever given."},
    Advice{FindingKind::broken_barrier, "UNCAUGHT EXCEPTION",
           "Some interleaving ends a thread with a BrokenBarrierError. A barrier breaks for all "
           "parties at once, when one calls abort(), when the timeout of one that waits runs out, "
           "when the action raises, and for those who wait when somebody calls reset().",
           "Catch BrokenBarrierError in every party, and decide in one place whether to reset() or "
           "to give up. Give the barrier a timeout that the slowest party meets, and reset it only "
           "when nobody can be waiting."},
    Advice{FindingKind::condition_unlocked, "UNCAUGHT EXCEPTION",
           "Some interleaving ends a thread because it calls wait() or notify() on a condition "
           "whose lock is not held. Without it a notify could come between another thread's test "
           "and its wait, and be lost.",
           "Hold the lock from the test to the wait, and from the change to the notify: "
           "`with cond:` around both."},
    Advice{FindingKind::task_done_too_often, "UNCAUGHT EXCEPTION",
           "Some interleaving ends a thread because it calls task_done() although all items that "
           "were put are done already: twice for one item, or for a get() that failed.",
           "Call task_done() exactly once for every item that get() has returned, by the thread "
           "that got it; not where get() has raised Empty."},
    Advice{FindingKind::starvation, "STARVATION",
           "There is a loop of states that can be taken again and again, in which a thread waits "
           "all the time, or does no more than wait and test, or stays in one loop of its code, "
           "although from there it could still come further. The loop is fair: every other thread "
           "takes steps in it, or can go on in no state of it. So nobody is put off who could go "
           "on, and yet the others overlap in such a way that the moment the thread waits for does "
           "not come, or is over whenever it looks. Where that takes a `choose` that always gives "
           "the same, or a timeout that is always over before its wait is, the finding says so.",
           "Let those who come wait while somebody waits already: a count of waiters, a turn, a "
           "queue. Hand what was waited for to who has waited longest, instead of letting all try "
           "again. Or let what is waited for stay until it was seen."},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].kind != static_cast<FindingKind>(i)) return false;
  }
  return true;
}
static_assert(is_in_order(), "a row's place is its kind");

}  // namespace

const Advice& advice(FindingKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  LOCKSTEP_ASSERT(index < rows.size(), "each kind of finding has its advice");
  return rows[index];
}

}  // namespace lockstep
