/* Two producers and two consumers of ITEMS each, one lock, two condition variables whose waiters
   are woken in the order in which they came. bench/scenarios/bounded-buffer. */
bool mutex, parked[4];
byte items;
chan not_full = [4] of { byte };
chan not_empty = [4] of { byte };
inline acquire() { atomic { !mutex -> mutex = true } }
inline release() { mutex = false }
inline wait(c) {
  atomic { c!_pid; parked[_pid] = true; mutex = false };
  !parked[_pid];
  acquire()
}
inline notify(c) {
  atomic { if :: c?woken -> parked[woken] = false :: empty(c) fi }
}
active [2] proctype producer() {
  byte i, woken;
  do
  :: i < ITEMS ->
    acquire();
    do :: items == CAPACITY -> wait(not_full) :: else -> break od;
    items++;
    notify(not_empty);
    d_step { release(); i++ }
  :: else -> break
  od
}
active [2] proctype consumer() {
  byte i, woken;
  do
  :: i < ITEMS ->
    acquire();
    do :: items == 0 -> wait(not_empty) :: else -> break od;
    items--;
    notify(not_full);
    d_step { release(); i++ }
  :: else -> break
  od
}
