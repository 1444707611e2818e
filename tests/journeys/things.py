"""Things that people carry through the story."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo


def photo(folder: Path) -> Path:
    """A photo as a tablet takes it: a JPEG of 1200 by 1600 pixels."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (1200, 1600), "#dfe7ef")
    ImageDraw.Draw(picture).rectangle((200, 300, 1000, 900), fill="#b23b3b")
    path = folder / "screen of the service desk.jpg"
    picture.save(path, quality=85)
    return path


def today() -> date:
    """The organisation's day, which begins hours before that of the machine that runs the tests."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()
