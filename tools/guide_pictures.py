"""Pictures of the user guide, taken in a browser from the demo organisation.

python3 run.py demo --data DIR --port 8000            in another window; --lang zh for the Chinese ones
python -m tools.guide_pictures http://127.0.0.1:8000 en [name ...]
"""

import io
import os
import sys
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from audit_app.demo.cast import PASSWORD

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SIZE = {"width": 1194, "height": 834}
COLOURS = 64


class Picture(NamedTuple):
    """Who looks at which address; ``at`` is the part that is scrolled to the top."""

    who: str
    address: str
    at: str = ""


PICTURES = {
    "plan": Picture("lin.xiao", "/programme/2026"),
    "proposal": Picture("lin.xiao", "/programme/proposals/1", "section.card:has(tr[id^=line])"),
    "coverage": Picture("lin.xiao", "/programme/2026/coverage?by=process"),
    "competence": Picture("lin.xiao", "/competence/gaps"),
    "agenda": Picture("wei.lan", "/audits/14/plan"),
    "meetings": Picture("wei.lan", "/audits/13/meetings"),
    "report": Picture("wei.lan", "/audits/11/report/"),
    "dossier": Picture("lin.xiao", "/dossiers/year/2026"),
    "certification": Picture("lin.xiao", "/certification/"),
    "standards": Picture("lin.xiao", "/standards/2"),
}


def sign_in(page: Page, who: str) -> None:
    """By the form, as people do."""
    page.goto("/login")
    page.fill("input[name=email]", f"{who}@harbour-cloud.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("form[name=login_user_form] button[type=submit]")
    page.wait_for_selector("body.framed")


def take(page: Page, picture: Picture) -> bytes:
    """What the window shows of one address."""
    page.goto(picture.address)
    page.wait_for_load_state("networkidle")
    if picture.at:
        page.locator(picture.at).first.evaluate("part => part.scrollIntoView()")
    return page.screenshot()


def main(base: str, language: str, names: list[str]) -> None:
    """Take the named pictures, or all of them."""
    ending = "-zh" if language == "zh" else ""
    with sync_playwright() as playwright:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        for name in names or PICTURES:
            picture = PICTURES[name]
            window = browser.new_context(base_url=base, viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
            page = window.new_page()
            sign_in(page, picture.who)
            shot = Image.open(io.BytesIO(take(page, picture)))
            shot.convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS).save(
                FOLDER / f"guide-{name}{ending}.png", optimize=True
            )
            window.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
