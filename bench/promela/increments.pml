/* N threads, each K times: read the counter, then write it one higher. bench/scenarios/increments. */
byte c;
active [N] proctype worker() {
  byte k, t;
  do
  :: k < K -> t = c; c = t + 1; k++
  :: else -> break
  od
}
