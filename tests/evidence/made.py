"""Files as people send them, small and whole, and what is hidden in some of them."""

import io
import zipfile

from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = b"<script>alert('found in a file')</script>"
"""What must never be stored."""


def picture(size=(24, 16), kind="PNG", **more):
    """A picture of one colour, as Pillow writes it."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def camera(size=(64, 32), orientation=1, kind="JPEG"):
    """A photo as a telephone makes it: red on top, blue below, with place, maker and orientation."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, size[1] // 2, size[0], size[1]))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x010E] = orientation, "Maker", SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    out, more = io.BytesIO(), {}
    if kind == "PNG":
        more["pnginfo"] = PngInfo()
        more["pnginfo"].add_text("Comment", SECRET.decode())
    if kind == "JPEG":
        more["comment"], more["quality"] = SECRET, 80
    image.save(out, kind, exif=exif, **more)
    return out.getvalue() + SECRET


def moving(kind="WEBP"):
    """A picture that moves."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def archive(parts, method=zipfile.ZIP_DEFLATED):
    """A zip of names and contents; a name may come twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, content in parts if isinstance(parts, list) else parts.items():
            packed.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def office(main="word/document.xml", **more):
    """A packed office file with one part that tells its kind, and others (``__`` stands for ``/``)."""
    parts = {"[Content_Types].xml": "<Types/>", main: "<root/>"}
    return archive(parts | {name.replace("__", "/"): content for name, content in more.items()})
