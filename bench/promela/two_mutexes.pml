/* The program of scenarios/tutorial/09-deadlock/two-mutexes-by-hand: two threads, each func1
   (A, then B), then func2 (B, a place to switch, then A). */
bool A, B;
inline acquire(m) { atomic { !m -> m = true } }
inline release(m) { m = false }
active [2] proctype T() {
  acquire(A); acquire(B); release(B); release(A);
  acquire(B); skip; acquire(A); release(A); release(B)
}
