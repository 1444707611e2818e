"""Flowables for what cannot break: charts with their source, pictures, lines to sign, plain rules."""

from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from PIL import Image as Picture
from PIL import ImageOps
from reportlab.graphics import renderPDF
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable

from . import chart_pdf
from .charts import Chart
from .document import Image, Signature
from .pdf_cells import Line, Words, ink
from .pdf_fonts import BOLD
from .pdf_lines import Flow
from .pdf_styles import CAPTION, CELL, FACT_NAME, HAIR, INK, MUTED, TEXT_HEIGHT
from .pdf_text import clipped, lines_of
from .values import plain

GAP = 16.0
DOTS_PER_MM = 200 / 25.4
"""Pictures are not stored finer than a printer shows them: 200 dots to the inch."""


def source_line(chart: Chart, caption: object = "") -> str:
    """What stands under a chart: caption, source and number of cases."""
    parts = [plain(caption)]
    if plain(chart.source):
        parts.append(_("Source: %(source)s", source=plain(chart.source)))
    if (cases := chart.case_count) is not None:
        parts.append(ngettext("%(count)s case", "%(count)s cases", cases, count=f"{cases:,}"))
    return " · ".join(part for part in parts if part)


class Charts(Flow):
    """Charts side by side in equal slots, each with title, unit and source."""

    def __init__(self, charts: list[Chart], width: float, height: float, caption: object = "",
                 slots: int = 0) -> None:  # fmt: skip
        super().__init__(4, 12)
        slots = max(slots, len(charts))
        self.each = (width - GAP * (slots - 1)) / slots
        self.wide, self.plots = width, []
        self.high = min(height * mm, TEXT_HEIGHT - 120)
        for chart in charts:
            title = lines_of(plain(chart.title), 9.2, self.each, BOLD)
            foot = source_line(chart, caption)
            feet = lines_of(foot, CAPTION.size, self.each) if foot else ()
            self.plots.append((chart, title, feet))
        self.head = max(len(title) for _chart, title, _feet in self.plots) * 13 + 13
        self.foot = max(len(feet) for _chart, _title, feet in self.plots) * CAPTION.leading + 4

    def wrap(self, _wide: float, _high: float) -> tuple[float, float]:
        """Width and height in points."""
        return self.wide, self.high + self.head + self.foot

    def draw(self) -> None:
        """Title and unit above, the drawing, the source below."""
        canvas: Any = self.canv
        for index, (chart, title, feet) in enumerate(self.plots):
            x, top = index * (self.each + GAP), self.wrap(0, 0)[1]
            canvas.setFillColor(INK)
            canvas.setFont(BOLD, 9.2)
            for row, text in enumerate(title):
                canvas.drawString(x, top - 10 - 13 * row, text)
            unit_y = top - 13 * len(title) - 8
            canvas.setFillColor(MUTED)
            canvas.setFont(CAPTION.font, CAPTION.size)
            canvas.drawString(x, unit_y, clipped(plain(chart.unit), CAPTION.size, self.each))
            renderPDF.draw(chart_pdf.draw(chart, self.each, self.high), canvas, x, self.foot)
            canvas.setFillColor(MUTED)
            canvas.setFont(CAPTION.font, CAPTION.size)
            for row, text in enumerate(feet):
                canvas.drawString(x, self.foot - 11 - CAPTION.leading * row, text)


class Photo(Flow):
    """A picture fitted into its box, upright as the camera held it, with its caption."""

    def __init__(self, image: Image, width: float) -> None:
        super().__init__(4, 10)
        self.reader, pixels = _picture(image)
        room, high = min(image.width * mm, width), min(image.height * mm, TEXT_HEIGHT - 100)
        scale = min(room / pixels[0], high / pixels[1])
        self.size = (pixels[0] * scale, pixels[1] * scale) if self.reader else (room, 40.0)
        caption = plain(image.caption)
        self.caption = lines_of(caption, CAPTION.size, width) if caption else ()

    def wrap(self, _wide: float, _high: float) -> tuple[float, float]:
        """Width and height in points."""
        return self.size[0], self.size[1] + 4 + len(self.caption) * CAPTION.leading

    def draw(self) -> None:
        """The picture, or a dashed box saying that it cannot be shown; the caption below."""
        canvas: Any = self.canv
        y = self.wrap(0, 0)[1] - self.size[1]
        canvas.setStrokeColor(HAIR)
        canvas.setLineWidth(0.5)
        if self.reader:
            canvas.drawImage(self.reader, 0, y, *self.size)
        else:
            canvas.setDash(3, 3)
            canvas.setFillColor(MUTED)
            canvas.setFont(CELL.font, CELL.size)
            canvas.drawString(8, y + 16, _("This picture cannot be shown."))
        canvas.rect(0, y, *self.size, stroke=1, fill=0)
        canvas.setDash()
        canvas.setFillColor(MUTED)
        canvas.setFont(CAPTION.font, CAPTION.size)
        for row, text in enumerate(self.caption):
            canvas.drawString(0, y - 11 - row * CAPTION.leading, text)


def _picture(image: Image) -> tuple[ImageReader | None, tuple[int, int]]:
    """The picture upright, flat on white and no finer than print; None when the bytes are no picture."""
    try:
        with Picture.open(BytesIO(image.data)) as opened:
            opened.draft("RGB", (int(image.width * DOTS_PER_MM), int(image.height * DOTS_PER_MM)))
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Picture.DecompressionBombError):
        return None, (1, 1)
    picture.thumbnail((int(image.width * DOTS_PER_MM), int(image.height * DOTS_PER_MM)))
    flat = Picture.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    packed = BytesIO()
    flat.save(packed, "JPEG", quality=85)
    return ImageReader(packed), flat.size


class SignLines(Flow):
    """Who signs: role and name above a line, date beside it; two to a row."""

    ROW = 54.0
    PEN = 33.0
    """Points in height for what a pen drew."""

    def __init__(self, rows: tuple[Signature, ...], width: float, words: Words) -> None:
        super().__init__(6, 10)
        self.rows, self.wide, self.words = rows, width, words

    def wrap(self, _wide: float, _high: float) -> tuple[float, float]:
        """Width and height in points."""
        return self.wide, self.ROW * ((len(self.rows) + 1) // 2)

    def split(self, _wide: float, high: float) -> list[Flowable]:
        """Only a list longer than a page is broken."""
        if self.total < TEXT_HEIGHT:
            return []
        fit = int(high // self.ROW) * 2
        parts = [part for part in (self.rows[:fit], self.rows[fit:]) if part]
        return [SignLines(part, self.wide, self.words) for part in parts] if len(parts) == 2 else []

    def draw(self) -> None:
        """Each signature in its half of the row."""
        half = (self.wide - GAP * 1.5) / 2
        for index, one in enumerate(self.rows):
            top = self.wrap(0, 0)[1] - self.ROW * (index // 2)
            self._one(one, (index % 2) * (half + GAP * 1.5), top, half)

    def _one(self, one: Signature, x: float, top: float, wide: float) -> None:
        canvas: Any = self.canv
        date_room = 82.0
        mark = clipped(plain(one.mark), 8, wide - date_room)
        Line(mark, CELL.font, 8, 14, MUTED).draw(canvas, x, top - 18, wide, "left")
        if one.signed:
            Line(self.words.text(one.signed), CELL.font, 8, 14, INK).draw(
                canvas, x + wide - date_room + 6, top - 18, date_room, "left")  # fmt: skip
        canvas.setStrokeColor(INK)
        if one.strokes:
            ink(canvas, one.strokes, one.size, (x, top - 34), (wide - date_room, self.PEN))
        canvas.setLineWidth(0.6)
        canvas.line(x, top - 34, x + wide - date_room, top - 34)
        canvas.line(x + wide - date_room + 6, top - 34, x + wide, top - 34)
        name, role = plain(one.name), plain(one.role)
        Line(clipped(name or role, 8.6, wide - date_room, BOLD), BOLD, 8.6, 13, INK).draw(
            canvas, x, top - 36, wide, "left")  # fmt: skip
        under = FACT_NAME.size - 0.6
        if name:
            Line(clipped(role, under, wide), FACT_NAME.font, under, 11, MUTED).draw(
                canvas, x, top - 48, wide, "left")  # fmt: skip
        Line(_("Date"), FACT_NAME.font, under, 13, MUTED).draw(
            canvas, x + wide - date_room + 6, top - 36, date_room, "left")  # fmt: skip
