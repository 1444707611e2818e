"""Replies that are files: always a download, never shown as a page."""

from os import SEEK_END
from typing import IO
from urllib.parse import quote

from flask import Response, request
from flask_babel import get_locale
from werkzeug.wsgi import FileWrapper

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
CSV = "text/csv; charset=utf-8"
ZIP = "application/zip"
SEALED = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Policy of a file: should a browser show it after all, nothing in it runs, loads, sends or is framed."""


def asked_language() -> str:
    """``zh`` or ``en`` from ``?lang=``, else the reader's: the language of a file."""
    asked = request.args.get("lang", "")
    locale = get_locale()
    return asked if asked in ("zh", "en") else (locale.language if locale is not None else "en")


def send(content: bytes, filename: str, media_type: str, *, inline: bool = False) -> Response:
    """A file reply. ``inline`` lets images and PDFs be shown by the browser, in a sandbox of their own."""
    reply = Response(content, mimetype=media_type)
    plain = (
        filename.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    )
    kind = "inline" if inline else "attachment"
    reply.headers["Content-Disposition"] = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename)}"
    reply.headers["Content-Length"] = str(len(content))
    reply.headers["Content-Security-Policy"] = SEALED
    reply.headers["Cache-Control"] = "private, no-store"
    return reply


def stream(file: IO[bytes], filename: str, media_type: str) -> Response:
    """A file reply out of an open file, piece by piece; the file is closed when it is sent."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    reply = send(b"", filename, media_type)
    reply.response = FileWrapper(file)
    reply.call_on_close(file.close)
    reply.headers["Content-Length"] = str(size)
    return reply
