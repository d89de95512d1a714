# The sockets of a program that takes turns: real ones on 127.0.0.1.
#
# What arrives and what is refused is up to the kernel. But three things are not: how much a
# connection holds unread, which is the Listener's `buffer`; who waits inside of a call, which is
# who waits for its turn there; and that a close in the middle of another thread's call takes effect
# when that call is over.
import errno as _errno
import socket as _socket

_closed = _socket.socket()
_closed.close()
_ends = []  # Python closes a socket that nobody refers to


class _Closable:
    """A socket and those who wait inside of its calls."""

    def __init__(self, its):
        self._socket = its
        self._inside = 0
        self._is_closed = self._is_released = False

    def _open(self):
        return _closed if self._is_closed else self._socket

    def _release_if_over(self):
        if self._is_closed and self._inside == 0:
            self._is_released = True
            if self._socket is not None:
                self._socket.close()

    def _wait(self, what, listener, timeout, ready):
        """The second part of a call, in which the thread waits."""
        self._inside += 1
        try:
            with _Turn(what, listener, _is_patient(timeout)) as kind:
                if kind == "!" and not self._is_closed:
                    raise TimeoutError("timed out")
                if kind is None and timeout is not None:
                    self._socket.settimeout(timeout)
                if timeout is not None and self._is_closed:
                    raise OSError(_errno.EBADF, _os.strerror(_errno.EBADF))
                return ready()
        finally:
            if timeout is not None:
                self._socket.settimeout(None)
            self._inside -= 1
            self._release_if_over()

    def _refuse_timeout(self, timeout):
        if timeout is not None:
            self._open().settimeout(timeout)
            self._open().settimeout(None)


class _End(_Closable):
    def __init__(self, its, listener):
        super().__init__(its)
        self._listener = listener
        self._unread = 0
        self._peer = None
        _ends.append(self)

    def send(self, data):
        with _Turn("send", self._listener):
            if self._is_closed or not isinstance(data, bytes) or not data:
                return self._open().send(data)
            sent = self._push(data)
            if sent == len(data):
                return sent
            self._inside += 1
        try:
            while sent < len(data):
                with _Turn("send", self._listener):
                    while _free and not self._peer._is_released and self._room() == 0:
                        _time.sleep(0.01)
                    try:
                        sent += self._push(data[sent:])
                    except ConnectionError:
                        if sent == 0:
                            raise
                        break
            return sent
        finally:
            self._inside -= 1
            self._release_if_over()

    def _room(self):
        return self._listener._buffer - self._peer._unread

    def _push(self, data):
        if self._peer._is_released:
            return self._socket.send(data)
        data = data[:self._room()]
        self._peer._unread += len(data)
        if data:
            self._socket.sendall(data)
        return len(data)

    def recv(self, size, timeout=None):
        with _Turn("recv", self._listener):
            self._refuse_timeout(timeout)
            try:
                return self._took(self._open().recv(size, _socket.MSG_DONTWAIT))
            except BlockingIOError:
                if timeout is not None and timeout <= 0:
                    raise
        return self._wait("recv", self._listener, timeout,
                          lambda: self._took(self._socket.recv(size)))

    def _took(self, data):
        self._unread -= len(data)
        return data

    def close(self):
        with _Turn("close", self._listener):
            self._is_closed = True
            self._release_if_over()


class Listener(_Closable):
    def __init__(self, buffer=65536):
        super().__init__(_socket.socket())
        self._buffer = buffer
        self._socket.bind(("127.0.0.1", 0))
        self._address = self._socket.getsockname()
        self._waiting = {}  # the client's address -> the server's end

    def listen(self, backlog=128):
        with _Turn("listen", self):
            self._open().listen(backlog)

    def accept(self, timeout=None):
        with _Turn("accept", self):
            self._refuse_timeout(timeout)
            try:
                if not self._is_closed:
                    self._socket.settimeout(0)
                return self._accepted()
            except BlockingIOError:
                if timeout is not None and timeout <= 0:
                    raise
            finally:
                if not self._is_closed:
                    self._socket.settimeout(None)
        return self._wait("accept", self, timeout, self._accepted)

    def _accepted(self):
        its, address = (self._socket if self._inside else self._open()).accept()
        its.setblocking(True)
        end = self._waiting.pop(address)
        end._socket = its
        return end

    def connect(self, timeout=None):
        with _Turn("connect", self, _is_patient(timeout)) as kind:
            if kind == "!":
                raise TimeoutError("timed out")
            its = _socket.socket()
            its.settimeout(timeout)
            if timeout is not None and timeout <= 0:
                raise BlockingIOError(_errno.EINPROGRESS, _os.strerror(_errno.EINPROGRESS))
            its.connect(self._address)
            its.settimeout(None)
            client, server = _End(its, self), _End(None, self)
            client._peer, server._peer = server, client
            self._waiting[its.getsockname()] = server
            return client

    def close(self):
        with _Turn("close", self):
            self._is_closed = True
            self._release_if_over()

    def _release_if_over(self):
        super()._release_if_over()
        if self._is_released:
            for end in self._waiting.values():
                end._is_closed = end._is_released = True
