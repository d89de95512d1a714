#include "exporter/python_helpers.h"

#include <array>

namespace lockstep {

std::span<const PythonHelper> python_helpers() {
  static constexpr std::array helpers{
      PythonHelper{"compute",
                   R"py(

def $compute(seconds):
    if seconds < 0:
        raise $ValueError("compute length must be non-negative")
    end = $time.thread_time() + seconds
    while $time.thread_time() < end:
        pass
)py"},
      PythonHelper{"atomic",
                   R"py(
$atomic = $threading.RLock()  # what is inside it is not interrupted by its like
)py"},
      PythonHelper{"wait_futures",
                   R"py(

def $wait_futures(futures, timeout=None, return_when="ALL_COMPLETED"):
    """The two sets as lists, in the order of the futures."""
    futures = $list(futures)
    both = $concurrent.futures.wait(futures, timeout, return_when)
    return [[future for future in $dict.fromkeys(futures) if future in one] for one in both]
)py"},
      PythonHelper{"File",
                   R"py(

class $File:
    def __init__(self):
        self._file = $tempfile.TemporaryFile("a+b", buffering=0)

    def write(self, text):
        if not $isinstance(text, $str):
            raise $TypeError(f"write() argument must be str, not {$type(text).__name__}")
        self._file.write(text.encode())
        return $len(text)

    def read(self):
        self._file.seek(0)
        return self._file.read().decode()
)py"},
      PythonHelper{"Listener",
                   R"py(

class $Connection:
    """One end. Python closes a socket that nobody refers to; these stay open."""

    _open = []

    def __init__(self, end):
        self._socket = end
        $Connection._open.append(end)

    def send(self, data):
        return self._socket.send(data)

    def recv(self, size, timeout=None):
        if timeout is None:
            return self._socket.recv(size)
        self._socket.settimeout(timeout)
        try:
            return self._socket.recv(size)
        finally:
            if self._socket.fileno() >= 0:
                self._socket.settimeout(None)

    def close(self):
        self._socket.close()


class $Listener:
    """A server's socket on this machine. How much is held unread is up to the kernel."""

    def __init__(self, buffer=None):
        self._socket = $socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._address = self._socket.getsockname()

    def listen(self, backlog=128):
        self._socket.listen(backlog)

    def accept(self, timeout=None):
        if timeout is not None:
            self._socket.settimeout(timeout)
        try:
            return $Connection(self._socket.accept()[0])
        finally:
            if timeout is not None and self._socket.fileno() >= 0:
                self._socket.settimeout(None)

    def connect(self, timeout=None):
        end = $socket.socket()
        end.settimeout(timeout)
        end.connect(self._address)
        end.settimeout(None)
        return $Connection(end)

    def close(self):
        self._socket.close()
)py"},
  };
  return helpers;
}

}  // namespace lockstep
