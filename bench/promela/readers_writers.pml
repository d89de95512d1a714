/* Readers that the first of them lets in and the last lets out, and writers, N of each.
   bench/scenarios/readers-writers. */
bool mutex, wrt;
byte readers, reading, writing;
inline acquire(m) { atomic { !m -> m = true } }
inline release(m) { m = false }
active [N] proctype reader() {
  acquire(mutex);
  readers++;
  if :: readers == 1 -> acquire(wrt) :: else fi;
  release(mutex);
  reading++;
  assert(writing == 0);
  reading--;
  acquire(mutex);
  readers--;
  if :: readers == 0 -> release(wrt) :: else fi;
  release(mutex)
}
active [N] proctype writer() {
  acquire(wrt);
  writing++;
  assert(writing == 1 && reading == 0);
  writing--;
  release(wrt)
}
