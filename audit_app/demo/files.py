"""Small real files for the evidence: a drawn photo, a record as PDF, a log as text."""

import io
import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from audit_app.core import clock
from audit_app.exports.document import Document, Facts, Letterhead, Signature, Signatures, Text
from audit_app.exports.pdf import render

WIDTH, HEIGHT = 900, 640
UNITS, UNIT = 14, 38
LABELS = {
    "en": {"record": "Record", "date": "Date", "prepared": "Prepared by", "note": "Result"},
    "zh": {"record": "记录", "date": "日期", "prepared": "编制人", "note": "结果"},
}


@dataclass
class Upload:
    """What a browser would send: a name and a stream."""

    filename: str
    content: bytes
    stream: Any = field(init=False)

    def __post_init__(self) -> None:
        self.stream = io.BytesIO(self.content)


def make(kind: str, code: str, title: str, note: str, person: str, language: str) -> Upload:
    """A file of a kind (photo, pdf, log) that speaks of a finding or action."""
    if kind == "photo":
        return Upload(f"{code}-rack.jpg", rack_photo(code))
    if kind == "pdf":
        return Upload(f"{code}-record.pdf", record(code, title, note, person, language))
    return Upload(f"{code}-export.txt", log(code, note).encode())


def rack_photo(seed: str) -> bytes:
    """A server rack as a telephone would see it: units with lights, empty positions, noise and a slant."""
    rng = random.Random(seed)  # noqa: S311  # a drawing, not a secret
    picture = Image.new("RGB", (WIDTH, HEIGHT), (58, 62, 68))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((190, 20, 710, HEIGHT - 10), fill=(24, 26, 29), outline=(110, 114, 120), width=10)
    for unit in range(UNITS):
        top = 40 + unit * (UNIT + 3)
        draw.text((204, top + 12), f"{UNITS * 2 - unit:02d}", fill=(190, 190, 190))
        if rng.random() < 0.25:
            draw.rectangle((240, top, 690, top + UNIT), fill=(8, 8, 9))
            continue
        shade = rng.randrange(70, 110)
        draw.rectangle((240, top, 690, top + UNIT), fill=(shade, shade + 2, shade + 6), outline=(40, 42, 46))
        for slot in range(8):
            draw.rectangle(
                (260 + slot * 34, top + 8, 286 + slot * 34, top + 28), outline=(35, 36, 40), width=2
            )
        for light in range(3):
            colour = rng.choice(((60, 220, 90), (60, 220, 90), (230, 170, 40)))
            draw.ellipse((620 + light * 20, top + 14, 630 + light * 20, top + 24), fill=colour)
    picture = picture.rotate(
        rng.uniform(-2.5, 2.5), resample=Image.Resampling.BILINEAR, fillcolor=(58, 62, 68)
    )
    picture = picture.filter(ImageFilter.GaussianBlur(0.8))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82)
    return out.getvalue()


def record(code: str, title: str, note: str, person: str, language: str) -> bytes:
    """One page with what was done, signed."""
    words, moment = LABELS[language], clock.now()
    return render(
        Document(
            title=title,
            language=language,
            code=code,
            created=moment,
            zone=clock.zone(),
            blocks=(
                Letterhead(title, subtitle=f"{words['record']} {code}"),
                Facts(((words["date"], clock.today()), (words["prepared"], person))),
                Text(note),
                Signatures((Signature(words["prepared"], _name(person), clock.today()),)),
            ),
        )
    )


def _name(signer: str) -> str:
    """Who signs, without what is said of them after a comma: a line for a signature is short."""
    return signer.split(",")[0].split("，")[0]


def log(code: str, note: str) -> str:
    """Twenty lines as a tool would export them."""
    rng = random.Random(code)  # noqa: S311  # a demo, not a secret
    moment = clock.now().astimezone(clock.zone())
    lines = [f"# {code}  {note}", f"# exported {stamp(moment)}"]
    for place in range(20):
        item, result = rng.randrange(1000, 9999), rng.choice(("ok", "ok", "ok", "fixed"))
        lines.append(f"{place + 1:03d};CI-{item};checked;{result}")
    return "\n".join(lines) + "\n"


def stamp(moment: datetime) -> str:
    """A moment as logs write it."""
    return moment.strftime("%Y-%m-%d %H:%M")
