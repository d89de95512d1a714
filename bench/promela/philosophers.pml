/* Dining philosophers: scenarios/classics/philosophers-*, bench/scenarios/philosophers-*.
   -DN=...; -DORDERED: the lower fork first; -DWAITER: at most N - 1 at the table; -DFOREVER: meal
   after meal. */
#ifndef N
#define N 3
#endif
bool forks[N];
#ifdef WAITER
byte seats = N - 1;
#endif
#ifdef ORDERED
#define first (_pid * (_pid != N - 1))
#define second (_pid + (_pid != N - 1))
#else
#define first _pid
#define second ((_pid + 1) % N)
#endif
inline acquire(i) { atomic { !forks[i] -> forks[i] = true } }
inline release(i) { forks[i] = false }
inline meal() {
#ifdef WAITER
  atomic { seats > 0 -> seats-- };
#endif
  acquire(first); acquire(second); release(second); release(first)
#ifdef WAITER
  ; seats++
#endif
}
active [N] proctype philosopher() {
#ifdef FOREVER
  do :: meal() od
#else
  meal()
#endif
}
