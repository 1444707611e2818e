"""What a file is, by its content and never by its name; everything not on the list is refused."""

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
PACKED = "application/zip"
"""Told from its first bytes; whether it is an office file is seen inside (``office.py``)."""


def media_type(head: bytes, name: str) -> str:
    """Media type of a file from its first bytes. Raises :class:`Refused` for kinds that are not allowed."""
    for signature, found in SIGNATURES:
        if head.startswith(signature):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"}:
        return "image/heic"
    if head.startswith(b"PK\x03\x04"):
        return PACKED
    if _is_plain_text(head):
        return "text/plain"
    raise not_taken(name)


def not_taken(name: str) -> Refused:
    """The refusal of a kind that is not on the list."""
    return Refused(
        _l(
            "“%(name)s” cannot be attached: photos (JPEG, PNG, WebP, HEIC), PDF, Word, Excel, PowerPoint and "
            "plain text files are taken. Save it as one of these and attach it again.",
            name=name,
        ),
        "files",
    )


def _is_plain_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    lowered = head[:1024].lstrip().lower()
    if lowered.startswith((b"<", b"\xef\xbb\xbf<")):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head.decode(encoding)
            return True
        except UnicodeDecodeError as error:
            if error.start >= len(head) - 4 and len(head) >= 4096:
                return True
    return False
