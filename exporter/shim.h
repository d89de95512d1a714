// shim.py, which a program with an interleaving to repeat carries with it.
#pragma once
#include <string>

namespace lockstep {

// Ends with a newline.
std::string shim_source();
// shim_sockets.py, which stands behind it where there are sockets.
std::string shim_sockets_source();

}  // namespace lockstep
