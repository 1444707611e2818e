"""The virus scanner: a clamd that is asked over its socket, if one is set. Off otherwise.

Files go by ``INSTREAM`` (clamd(8)): pieces with their length before them, so the scanner needs no right to
read our folder and may run on another machine. Its TCP socket is neither encrypted nor guarded: keep it
within a network that is.
"""

import socket
import struct
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 17
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0
LONGEST_ANSWER = 4096


@dataclass(frozen=True)
class Scanner:
    """``address``: ``unix:/run/clamav/clamd.ctl`` or ``host:port``, empty for none. ``needed``: whether a
    file that could not be scanned is refused."""

    address: str = ""
    needed: bool = True


class Away(Exception):
    """The scanner is set, and does not answer: the same file can be sent again when it is back."""


class TooLarge(Exception):
    """The scanner takes no file of this size (``StreamMaxLength`` of clamd.conf)."""


_scanner = Scanner()


def use(scanner: Scanner) -> None:
    """Which scanner is asked (set once by ``create_app``). Raises ``ValueError`` for what is no address."""
    global _scanner
    if scanner.address and not scanner.address.startswith("unix:"):
        host, _colon, port = scanner.address.rpartition(":")
        if not host or not port.isdecimal():
            raise ValueError(f"CLAMD must be unix:PATH or HOST:PORT, not {scanner.address!r}.")
    _scanner = scanner


def found_in(path: Path) -> str:
    """The name of what the scanner finds in a file; empty when it finds nothing, or when none is set.

    Raises :class:`Away` or :class:`TooLarge` when it could not be scanned and must be.
    """
    scanner = _scanner
    if not scanner.address:
        return ""
    try:
        answer = _ask(scanner.address, path)
    except OSError as error:
        if scanner.needed:
            raise Away(str(error)) from error
        return ""
    verdict = answer.rpartition(": ")[2]
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")[:100]
    if not scanner.needed:
        return ""
    if "size limit exceeded" in answer:
        raise TooLarge
    raise Away(answer[:200])


def _ask(address: str, path: Path) -> str:
    """The answer in words, such as ``stream: OK``. Raises ``OSError``."""
    with _connected(address) as line, path.open("rb") as file:
        try:
            line.sendall(b"zINSTREAM\x00")
            while chunk := file.read(CHUNK):
                line.sendall(struct.pack("!L", len(chunk)) + chunk)
            line.sendall(struct.pack("!L", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it closes when it has had enough, and has said why before
        answer = b""
        while not answer.endswith(b"\x00") and len(answer) < LONGEST_ANSWER:
            piece = line.recv(LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
    if not answer:
        raise ConnectionError("no answer")
    return answer.rstrip(b"\x00\n").decode("utf-8", "replace")


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(CONNECT_SECONDS)
        try:
            line.connect(address.removeprefix("unix:"))
        except OSError:
            line.close()
            raise
    else:
        host, _colon, port = address.rpartition(":")
        line = socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS)
    line.settimeout(ANSWER_SECONDS)
    return line
