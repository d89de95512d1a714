// shim.py, which a program with an interleaving to repeat carries with it.
#pragma once
#include <string>

namespace lockstep {

// Ends with a newline.
std::string shim_source();
// shim_sockets.py, which stands behind it where there are sockets.
std::string shim_sockets_source();
// What follows it where the program has pools.
std::string shim_pools_source();

}  // namespace lockstep
