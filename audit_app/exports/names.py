"""Names for downloaded files: readable, in any language, and harmless on every system."""

import re
from unicodedata import normalize
from urllib.parse import quote

_FORBIDDEN = re.compile(
    r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff]'
)
_RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *[f"{kind}{digit}" for kind in ("com", "lpt") for digit in range(1, 10)],
}
LONGEST = 80


def download_name(title: object, extension: str) -> str:
    """`title` as a file name with `extension` (no dot): no path, no reserved name, 80 characters at most."""
    text = _FORBIDDEN.sub(" ", normalize("NFC", str(title)))
    text = re.sub(r"\s+", " ", text).strip(" .")
    text = text[:LONGEST].rstrip(" .") or "document"
    if text.split(".")[0].strip().lower() in _RESERVED:
        text = "_" + text
    return f"{text}.{extension}"


def ascii_name(name: str) -> str:
    """The part of a file name that old programs can read; "document" where nothing is left."""
    stem, dot, extension = name.rpartition(".")
    plain = normalize("NFKD", stem).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._ -]+", "", plain).strip(" .-_") or "document"
    return re.sub(r"\s+", "-", plain) + dot + re.sub(r"[^A-Za-z0-9]", "", extension)


def content_disposition(title: object, extension: str) -> str:
    """The header Content-Disposition for a download (RFC 6266: an ASCII name, and the real one)."""
    name = download_name(title, extension)
    return f"attachment; filename=\"{ascii_name(name)}\"; filename*=UTF-8''{quote(name, safe='')}"
