/* N threads, each K times: read the counter, then write it one higher. bench/scenarios/increments. */
byte c;
active [N] proctype worker() {
  byte k, t;
  do
  :: atomic { k < K -> t = c }; d_step { c = t + 1; t = 0; k++ }
  :: else -> break
  od
}
