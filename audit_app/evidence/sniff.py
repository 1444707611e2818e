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


ENDINGS: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "application/pdf": ("pdf",),
    "application/x-ole-storage": ("doc", "xls", "ppt"),
    "text/plain": ("txt", "csv", "tsv", "log", "md", "json", "yaml", "yml", "ini", "conf"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
}
"""Endings under which a kind may be downloaded, the usual one first. A double click starts none of them."""


def named(name: str, media_type: str) -> str:
    """The name with an ending that fits the content: a text called ``run.bat`` becomes ``run.bat.txt``."""
    endings = ENDINGS[media_type]
    fits = "." in name and name.rsplit(".", 1)[-1].lower() in endings
    return name if fits else f"{name}.{endings[0]}"


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
