"""Pictures are drawn anew before they are kept: what is stored are the pixels, upright, and nothing else.

Where and with what a photo was taken, thumbnails, comments and whatever was appended behind the picture stay
outside. A JPEG keeps the tables it was made with, so it looks as before and does not grow.
"""

import io
import warnings
from pathlib import Path
from threading import Lock
from typing import Any

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin

from audit_app.core.errors import Refused

MOST_PIXELS = 64_000_000
"""Width times height of one picture; an unpacked pixel costs three or four bytes of memory."""
MOST_SCANS = 100
"""Passes of a progressive JPEG: ten are usual, thousands keep a processor busy for minutes."""
LARGEST_PROFILE = 4 << 20
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
DECODERS = {"image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",), "image/webp": ("WEBP",)}
MODES = {"JPEG": ("L", "RGB"), "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"), "WEBP": ("RGB", "RGBA")}

_one_at_a_time = Lock()
"""A large picture takes hundreds of megabytes while it is drawn: not several of them at once in a process."""


class _TooLarge(Exception):
    """More pixels than are taken."""


class _Moves(Exception):
    """Several pictures in one file."""


def is_drawn(media_type: str) -> bool:
    """Whether files of this kind are drawn anew."""
    return media_type in FORMATS


def redraw(path: Path, target: Path, media_type: str, name: str) -> int:
    """Draw the picture at ``path`` anew into ``target``. Returns its pixels.

    Raises :class:`Refused` when it cannot be decoded, is too large, or moves.
    """
    try:
        with _one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of broken remarks in a file, which are left out anyway
            return _redraw(path, target, media_type)
    except (_TooLarge, Image.DecompressionBombError) as error:
        raise Refused(
            _l(
                "“%(name)s” has more than %(most)s million pixels. Save the picture smaller and attach it "
                "again.",
                name=name,
                most=MOST_PIXELS // 1_000_000,
            ),
            "files",
        ) from error
    except _Moves as error:
        raise Refused(
            _l("“%(name)s” moves: it holds several pictures. Attach each one as a picture of its own.",
               name=name),
            "files",
        ) from error  # fmt: skip
    except Exception as error:  # foreign bytes in a decoder: whatever it stumbles over, this is no picture
        raise Refused(
            _l("“%(name)s” cannot be read as a picture: it is broken. Take or save it again.", name=name),
            "files",
        ) from error


def _redraw(path: Path, target: Path, media_type: str) -> int:
    kind = FORMATS[media_type]
    if kind == "JPEG" and path.read_bytes().count(b"\xff\xda") > MOST_SCANS:
        raise ValueError("too many scans")
    with Image.open(path, formats=DECODERS[media_type]) as picture:
        pixels = picture.width * picture.height
        if pixels > MOST_PIXELS:
            raise _TooLarge
        # Phones put a second, smaller picture behind a JPEG (MPO); the first one is the photo.
        if kind != "JPEG" and getattr(picture, "n_frames", 1) > 1:
            raise _Moves
        picture.load()
        upright = _in_common_colours(ImageOps.exif_transpose(picture), picture.info.get("icc_profile"))
        if upright.mode not in MODES[kind]:
            upright = upright.convert("RGBA" if kind != "JPEG" and upright.has_transparency_data else "RGB")
        see_through = upright.info.get("transparency")
        upright.info = {} if see_through is None or kind != "PNG" else {"transparency": see_through}
        _save(upright, target, kind, _tables(picture, upright))
    return pixels


def _in_common_colours(picture: Image.Image, profile: Any) -> Image.Image:
    """The picture in sRGB: without its profile the photos of many phones would look pale."""
    if not profile or len(profile) > LARGEST_PROFILE or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    try:
        own, common = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        turned = ImageCms.profileToProfile(picture, own, common, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a profile that means nothing
    return picture if turned is None else turned


def _tables(picture: Image.Image, upright: Image.Image) -> dict[str, Any]:
    """What a JPEG was made with, so that it is made the same way again."""
    made_with = getattr(picture, "quantization", None)
    if not made_with or upright.mode != picture.mode:
        return {}
    sampling = JpegImagePlugin.get_sampling(picture) if upright.mode == "RGB" else 0
    return {"qtables": made_with, "subsampling": max(sampling, 0)}


def _save(picture: Image.Image, target: Path, kind: str, tables: dict[str, Any]) -> None:
    if kind == "PNG":
        picture.save(target, kind)
        return
    try:
        picture.save(target, kind, **(tables or {"quality": 90}))
    except (ValueError, OSError):
        if not tables:
            raise
        picture.save(target, kind, quality=90)
