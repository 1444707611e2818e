"""The file of a backup: written in one pass, read in one pass, whole or refused.

A gzipped tar: `format.json`, `tables/NAME.jsonl`, `evidence/SHA256`, `keys/NAME` (in encrypted ones only)
and last `manifest.json` with size and SHA-256 of everything before it. With a recipient the whole of it is an
age file (age-encryption.org), which the `age` program opens as well.
"""

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

import pyrage
from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused

FORMAT, VERSION = "audit-app-backup", 1
FIRST, LAST = "format.json", "manifest.json"
NAMES = re.compile(
    r"format\.json|manifest\.json|tables/[a-z_0-9]+\.jsonl|evidence/[0-9a-f]{64}|keys/[a-z]+\.[a-z0-9]+"
)
CHUNK = 1 << 20
AGE = b"age-encryption.org/"


class Member(NamedTuple):
    """Size in bytes and SHA-256 (hex) of one member."""

    size: int
    sha256: str


class Writer:
    """Puts members into a backup and remembers what the manifest must say of them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._tar = tarfile.TarFile.open(
            fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT
        )  # close() ends it
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: IO[bytes], size: int) -> Member:
        """Copy so many bytes of an open file. Raises :class:`OSError` when there are fewer."""
        told = tarfile.TarInfo(name)
        told.size, told.mode = size, 0o600
        counted = _Hashing(source)
        self._tar.addfile(told, counted)
        self.members[name] = Member(size, counted.digest.hexdigest())
        return self.members[name]

    def add_lines(self, name: str, lines: Iterable[bytes]) -> int:
        """Add lines whose length nobody knows yet; returns how many there were."""
        count = 0
        with TemporaryFile() as kept:
            for line in lines:
                kept.write(line)
                count += 1
            size = kept.tell()
            kept.seek(0)
            self.add(name, kept, size)
        return count

    def add_json(self, name: str, value: Any) -> None:
        """Add a small value as JSON."""
        text = json.dumps(value, ensure_ascii=False, indent=1).encode()
        self.add(name, io.BytesIO(text), len(text))

    def close(self, **facts: Any) -> None:
        """Write the manifest with further facts, and end the file."""
        self.add_json(LAST, {"members": dict(self.members), **facts})
        self._tar.close()


class _Hashing:
    """Reads on, and hashes what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        data = self.source.read(size)
        self.digest.update(data)
        return data


@contextmanager
def writing(path: Path, recipient: str = "") -> Iterator[Writer]:
    """A writer over a file that takes its name only when it is whole, flushed to the disk and read back.

    An encrypted one is read back with a second key that lives in this process alone and is forgotten with it.
    Raises :class:`Refused` when the name is taken, the recipient is no public key, or it does not read back.
    """
    if path.exists():
        raise Refused(
            _l("“%(name)s” is there already. Nothing was written; choose another name.", name=path.name)
        )
    proof = pyrage.x25519.Identity.generate() if recipient else None
    receivers = [_recipient(recipient), proof.to_public()] if proof else []
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            os.chmod(part, 0o600)
            with _sealing(file, receivers) as sealed, gzip.GzipFile("", "wb", 6, sealed, mtime=0) as packed:
                yield Writer(packed)  # type: ignore[arg-type]  # a file to write to
            file.flush()
            os.fsync(file.fileno())
        check(part, str(proof) if proof else "")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _recipient(text: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise Refused(
            _l("“%(text)s” is no public key for backups (age1…). “backup-key” makes one.", text=text)
        ) from None


@contextmanager
def _sealing(file: IO[bytes], recipients: list[Any]) -> Iterator[IO[bytes]]:
    """The file itself or, with recipients, a pipe whose other end is encrypted into it."""
    if not recipients:
        yield file
        return
    end, begin = os.pipe()
    failed: list[BaseException] = []

    def seal() -> None:
        with os.fdopen(end, "rb") as plain:
            try:
                pyrage.encrypt_io(plain, file, recipients)
            except BaseException as error:  # told in the thread that waits
                failed.append(error)
                while plain.read(CHUNK):  # or the writer would wait for ever
                    pass

    thread = threading.Thread(target=seal, name="backup-sealing")
    thread.start()
    try:
        with os.fdopen(begin, "wb") as plain:
            yield plain
    finally:
        thread.join()
    if failed:
        raise failed[0]


# --- reading ------------------------------------------------------------------------------------------------


@contextmanager
def reading(path: Path, identity: str = "") -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """The members of a backup in order, each with its bytes; not to be trusted before :func:`check`.

    Raises :class:`Refused` for what is no backup, is encrypted to another key, or ends too early.
    """
    with path.open("rb") as file, TemporaryFile() as opened:
        source: IO[bytes] = file
        if file.read(len(AGE)) == AGE:
            file.seek(0)
            _unseal(file, opened, identity)
            source = opened
        source.seek(0)
        try:
            with gzip.GzipFile(fileobj=source) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
                yield _members(tar)
                while packed.read(CHUNK):  # to the very end: gzip proves its length and sum there
                    pass
        except (gzip.BadGzipFile, tarfile.ReadError) as error:
            if isinstance(error, tarfile.ReadError) and "unexpected end" in str(error):
                raise Refused(truncated(path)) from error
            raise Refused(_l("“%(name)s” is no backup of this application.", name=path.name)) from error
        except EOFError as error:
            raise Refused(truncated(path)) from error


def _unseal(file: IO[bytes], opened: IO[bytes], identity: str) -> None:
    if not identity:
        raise Refused(_l("This backup is encrypted. Name the file of its key with --key."))
    try:
        pyrage.decrypt_io(file, opened, [pyrage.x25519.Identity.from_str(identity)])
    except pyrage.IdentityError:
        raise Refused(_l("The file named with --key holds no key of a backup (AGE-SECRET-KEY-…).")) from None
    except (pyrage.DecryptError, OSError, ValueError) as error:
        raise Refused(
            _l("This backup cannot be opened with this key, or its file was cut off or changed.")
        ) from error


def truncated(path: Path) -> Any:
    """The sentence for a file that ends too early."""
    return _l("“%(name)s” ends too early: it was cut off while it was copied. Copy it again.", name=path.name)


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for told in tar:
        content = tar.extractfile(told) if told.isreg() else None
        if content is None or not NAMES.fullmatch(told.name):
            raise Refused(_l("There is a file in it that no backup holds: “%(name)s”.", name=told.name[:100]))
        yield told.name, content


def check(path: Path, identity: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a whole backup once; returns (format, manifest). Changes nothing.

    Raises :class:`Refused`, in words, when it is foreign, made by a later version, cut off or changed.
    """
    seen: dict[str, Member] = {}
    kept: dict[str, bytes] = {}
    with reading(path, identity) as members:
        for name, content in members:
            counted, size, parts = _Hashing(content), 0, []
            while data := counted.read(CHUNK):
                size += len(data)
                parts += [data] if name in (FIRST, LAST) else []
            kept[name] = b"".join(parts)
            seen[name] = Member(size, counted.digest.hexdigest())
            if name == FIRST:
                _known(path, _parsed(path, kept[FIRST]))
    if FIRST not in seen:
        raise Refused(_l("“%(name)s” is no backup of this application.", name=path.name))
    if LAST not in seen:
        raise Refused(truncated(path))
    manifest = _parsed(path, kept[LAST])
    del seen[LAST]
    told = {name: Member(*each) for name, each in manifest["members"].items()}
    if seen != told:
        wrong = next(name for name in [*told, *seen] if told.get(name) != seen.get(name))
        raise Refused(
            _l(
                "“%(name)s” was changed: “%(part)s” in it is not what was written.",
                name=path.name,
                part=wrong,
            )
        )
    return json.loads(kept[FIRST]), manifest


def _parsed(path: Path, text: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError) as error:
        raise Refused(_l("“%(name)s” is no backup of this application.", name=path.name)) from error


def _known(path: Path, told: dict[str, Any]) -> None:
    if told.get("format") != FORMAT:
        raise Refused(_l("“%(name)s” is no backup of this application.", name=path.name))
    if told["version"] > VERSION:
        raise Refused(
            _l("“%(name)s” was made by a later version. Install that version first.", name=path.name)
        )
