/* Dining philosophers, one meal each: scenarios/classics/philosophers-*.
   -DN=...; -DORDERED: the lower fork first. */
#ifndef N
#define N 3
#endif
bool forks[N];
inline acquire(i) { atomic { !forks[i] -> forks[i] = true } }
inline release(i) { forks[i] = false }
active [N] proctype philosopher() {
  byte first = _pid, second = (_pid + 1) % N;
#ifdef ORDERED
  if :: first > second -> first = second; second = _pid :: else fi;
#endif
  acquire(first); acquire(second); release(second); release(first)
}
