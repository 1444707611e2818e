"""A virus scanner that speaks the protocol of clamd and knows one virus: the harmless test file of EICAR."""

import socket
import struct
import threading
from contextlib import contextmanager

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """Takes ``zINSTREAM``, pieces with their length before them, and an empty one at the end, as clamd(8) says."""

    def __init__(self, server, largest=25 << 20, silent=False):
        self.server, self.largest, self.silent, self.seen, self.errors = server, largest, silent, [], []

    def serve(self):
        """Answer until the socket is closed."""
        while True:
            try:
                line, _address = self.server.accept()
            except OSError:
                return
            with line:
                try:
                    self._answer(line)
                except (OSError, AssertionError) as error:
                    self.errors.append(error)

    def _answer(self, line):
        assert self._exactly(line, 10) == b"zINSTREAM\x00"
        content = b""
        while size := struct.unpack("!L", self._exactly(line, 4))[0]:
            content += self._exactly(line, size)
            if len(content) > self.largest:
                line.sendall(b"INSTREAM size limit exceeded. ERROR\x00")
                return
        self.seen.append(content)
        if self.silent:
            return
        line.sendall(b"stream: Eicar-Test-Signature FOUND\x00" if EICAR in content else b"stream: OK\x00")

    @staticmethod
    def _exactly(line, size):
        content = b""
        while len(content) < size:
            piece = line.recv(size - len(content))
            assert piece, "the stream ended before it was told to"
            content += piece
        return content


@contextmanager
def running(address, **how):
    """A scanner at ``unix:PATH`` or, for ``tcp``, at a free port. Gives its address and itself."""
    if address == "tcp":
        server = socket.create_server(("127.0.0.1", 0))
        address = f"127.0.0.1:{server.getsockname()[1]}"
    else:
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(address.removeprefix("unix:"))
        server.listen()
    scanner = Clamd(server, **how)
    thread = threading.Thread(target=scanner.serve, daemon=True)
    thread.start()
    try:
        yield address, scanner
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)
