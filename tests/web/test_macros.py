"""The design system: macros render with nothing undefined, parse strictly, and their colours can be read."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import html5lib
import pytest
from flask import Flask, render_template
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, MultipleFileField, RadioField, SelectMultipleField, widgets
from wtforms.fields.choices import SelectChoice

from audit_app.core.errors import Refused
from audit_app.core.labels import Label
from audit_app.web import formats, forms, headers, icons
from audit_app.web.pages import Page
from tools.icons import ICONS

APP = Path(formats.__file__).resolve().parents[1]
TEMPLATES = APP / "templates"
STATIC = APP / "static"
SAMPLES = Path(__file__).parent / "samples"
TONES = ("primary", "success", "danger", "warning", "info", "purple", "teal", "secondary")
ROUTES = ("agenda.my_calendar", "home.index", "home.notices", "home.search", "security.logout", "security.login", "security.change_password",
          "accounts.profile", "accounts.language", "things.step", "security.wan_signin")  # fmt: skip
OURS = [*sorted((TEMPLATES / "_macros").glob("*.html")), *sorted((TEMPLATES / "errors").glob("*.html")),
        *sorted((TEMPLATES / "security").glob("*.html")), *sorted(TEMPLATES.glob("*.html"))]  # fmt: skip


class State(Label):
    OPEN = "open", "Open", "secondary"
    MAJOR = "major", "Major nonconformity", "danger"


CHOICES = [SelectChoice(value, label) for value, label in ((each.value, each.label) for each in State)]


class SampleForm(forms.BaseForm):
    title = forms.text("Title", need=True, description="One sentence.")
    grade = RadioField("Grade", choices=CHOICES)
    state = forms.choice("State", CHOICES)
    due = forms.day("Due")
    words = forms.long_text("Words", need=True)
    again = BooleanField("It happened before")
    files = MultipleFileField("Files")
    clauses = SelectMultipleField(
        "Clauses",
        choices=[SelectChoice("8", "Clause 8")],
        widget=widgets.ListWidget(),
        option_widget=widgets.CheckboxInput(),
    )


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask("design", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.config.update(SECRET_KEY="only for this test", TESTING=True, SECURITY_PASSWORD_LENGTH_MIN=15)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(TEMPLATES), FileSystemLoader(SAMPLES)])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    CSRFProtect(app)
    formats.init_app(app)
    icons.init_app(app)
    headers.init_app(app)
    app.jinja_env.globals.update(
        largest_file=50 << 20, most_files=20, largest_request=59 << 20, single_sign_on=lambda: None
    )
    for endpoint in ROUTES:
        rule = f"/{endpoint}" + ("/<step>" if endpoint == "things.step" else "")
        app.add_url_rule(rule, endpoint, lambda **_: "", methods=["GET", "POST"])
    app.add_url_rule("/evidence/<id>", "evidence.download", lambda id: "")
    person = SimpleNamespace(is_authenticated=True, id=7, name="Li <Wei>")
    app.context_processor(
        lambda: {
            "product_name": "Tracker",
            "current_user": person,
            "navigation": lambda: [
                {"label": "Findings", "icon": "search", "url": "/f", "active": True, "badge": 3}
            ],
            "url_for_security": lambda name, **_: f"/{name}",
        }
    )
    with app.test_request_context("/list?state=major&sort=-due&q=a%26b&page=3"):
        yield app


def parsed(html: str) -> Any:
    """The page as a strict parser sees it; a fragment gets a page around it. Raises on faulty markup."""
    if "<!DOCTYPE" not in html:
        html = f'<!DOCTYPE html><html lang="en"><head><title>x</title></head><body>{html}</body></html>'
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html.strip())


def test_every_template_of_the_frame_compiles_with_nothing_inline() -> None:
    environment = Flask("bare", template_folder=str(TEMPLATES)).jinja_env
    environment.add_extension("jinja2.ext.i18n")
    for path in OURS:
        source = path.read_text("utf-8")
        environment.parse(source)
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|javascript:", source), path
        for tag in re.findall(r"<script\b[^>]*>", source):
            assert "src=" in tag or 'type="application/json"' in tag, (path, tag)


def test_every_macro_says_what_its_parameters_mean() -> None:
    for path in (TEMPLATES / "_macros").glob("*.html"):
        source = path.read_text("utf-8")
        for name in re.findall(r"{% macro ([a-z]\w*)\(", source):
            assert re.search(rf"{{#-[^#]*\b{name}\(", source), f"{path.name}: {name} has no comment"


def test_every_icon_that_a_template_or_macro_names_is_in_the_sprite() -> None:
    sprite = (STATIC / "vendor" / "icons.svg").read_text("utf-8")
    drawn = set(re.findall(r'id="tabler-([\w-]+)"', sprite))
    assert drawn == set(ICONS)
    for path in TEMPLATES.rglob("*.html"):
        named = set(re.findall(r"""\b(?:icon|empty)\(["']([\w-]+)["']""", path.read_text("utf-8")))
        assert named <= drawn, (path, named - drawn)


def form_with_trouble() -> SampleForm:
    form = SampleForm(
        MultiDict({"title": "", "words": "<b>typed</b>", "grade": "major"}), meta={"csrf": False}
    )
    form.validate()
    form.conflicts = [("Due", "2026-01-01", None)]
    form.add_refusal(Refused("The audit is closed."))
    return form


def test_a_refused_form_names_every_error_and_ties_it_to_its_control(app: Flask) -> None:
    html = render_template(
        "refused.html",
        form=form_with_trouble(),
    )
    page = parsed(html)
    control = page.find(".//input[@id='title']")
    assert control.get("aria-describedby") == "title-help title-error"
    assert "Please fill in this field." in "".join(page.find(".//*[@id='title-error']").itertext())
    summary = "".join(page.find(".//*[@role='alert']").itertext())
    assert "The audit is closed." in summary
    assert "Title: Please fill in this field." in summary
    assert page.find(".//a[@href='#title']") is not None
    assert page.find(".//form[@data-refused]") is not None
    assert "<b>typed" not in html
    assert "&lt;b&gt;typed" in html
    assert "Stored meanwhile" in html
    assert "2026-01-01" in html
    assert page.find(".//label[@class='btn choice tone-danger']") is not None


def test_a_fresh_form_is_not_marked_as_refused(app: Flask) -> None:
    html = render_template(
        "fresh.html",
        form=SampleForm(),
    )
    page = parsed(html)
    assert page.find(".//form[@data-guard]") is not None
    assert page.find(".//form[@data-refused]") is None
    assert len(page.findall(".//input[@name='csrf_token']")) == 1
    assert page.find(".//*[@role='alert']") is None


def test_a_list_page_keeps_its_filters_in_every_address(app: Flask) -> None:
    html = render_template(
        "list.html",
        choices=CHOICES,
        paging=Page([1], 412, 3),
    )
    page = parsed(html)
    next_page = page.find(".//a[@rel='next']").get("href")
    assert next_page == "/list?state=major&sort=-due&q=a%26b&page=4"
    chips = [link.get("href") for link in page.findall(".//a[@class='chip']")]
    assert "/list?state=major&sort=-due" in chips
    assert "/list?sort=-due&q=a%26b" in chips
    heading = page.find(".//th[@aria-sort]")
    assert heading.get("aria-sort") == "descending"
    assert heading.find("a").get("href") == "/list?state=major&q=a%26b&sort=due"
    assert page.find(".//input[@type='hidden'][@name='sort']").get("value") == "-due"


@pytest.mark.parametrize(
    ("days", "done", "words"),
    [(-3, False, "3 days late"), (-1, False, "1 day late"), (0, False, "due today"), (5, False, "in 5 days"),
     (40, False, None), (-3, True, None)],
)  # fmt: skip
def test_a_due_date_says_how_late_it_is_unless_it_is_done(
    app: Flask, days: int, done: bool, words: str | None
) -> None:
    today = date(2026, 3, 10)
    html = render_template(
        "due.html",
        date=today + timedelta(days), today=today, done=done,
    )  # fmt: skip
    text = "".join(parsed(html).find("body").itertext())
    assert (words in text) if words else ("late" not in text and "in " not in text)


def test_a_record_page_renders_whole(app: Flask) -> None:
    now = datetime(2026, 3, 10, 8, tzinfo=UTC)
    step = SimpleNamespace(name="plan", label="Plan", tone="primary")
    offers = [
        SimpleNamespace(ready=True, missing=(), step=step),
        SimpleNamespace(ready=False, missing=("No owner.",), step=step),
    ]
    entry = SimpleNamespace(at=now, actor="Li", sentence="Issued", changes=[("Due", None, "<i>1</i>")])
    file = SimpleNamespace(
        id="a", filename="<x>.png", size=9, media_type="image/png", sha256="ab" * 32, by_name="Li", at=now
    )
    html = render_template(
        "record.html",
        state=State.MAJOR,
        offers=offers,
        entry=entry,
        file=file,
        option={"series": [{"name": "</script><b>"}]},
    )
    page = parsed(html)
    assert page.find("head/title").text == "NC-1 · Tracker"
    assert len(page.findall(".//h1")) == 1
    assert "<i>1</i>" not in html
    assert "<x>.png" not in html
    assert "</script><b>" not in html
    assert "No owner." in html
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 429, 500])
def test_an_error_page_says_what_happened_and_what_to_do(app: Flask, status: int) -> None:
    page = parsed(render_template(f"errors/{status}.html"))
    assert page.find(".//h1").text
    assert page.findall(".//ul[@class='error-advice']/li")
    assert page.find("body[@data-interrupted]") is not None
    assert "Closed." in render_template(f"errors/{status}.html", message="Closed.", kind="csrf")


def test_the_sign_in_page_and_the_change_of_password_parse_strictly(app: Flask) -> None:
    sample = SampleForm()
    login = {
        "email": sample.title,
        "password": sample.words,
        "remember": sample.again,
        "csrf_token": sample.csrf_token,
    }
    sign_in = SimpleNamespace(form_errors=["Wrong."], hidden_tag=sample.hidden_tag, **login)
    page = parsed(render_template("security/login_user.html", login_user_form=_Keyed(sign_in)))
    assert [link.get("lang") for link in page.findall(".//nav/a")] == ["zh-Hans", "en"]
    change = SimpleNamespace(
        form_errors=[], hidden_tag=sample.hidden_tag, password=sample.title, new_password=sample.words,
        new_password_confirm=sample.due,
    )  # fmt: skip
    parsed(
        render_template("security/change_password.html", change_password_form=change, active_password=True)
    )


class _Keyed:
    """A form stand-in that answers both ``form.x`` and ``"x" in form``."""

    def __init__(self, inner: SimpleNamespace) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __contains__(self, name: str) -> bool:
        return hasattr(self._inner, name)


def tokens(mode: str) -> dict[str, str]:
    """Colour tokens of app.css in one mode: name -> #rrggbb."""
    css = (STATIC / "app.css").read_text("utf-8")
    start = css.index("[data-bs-theme=light] {" if mode == "light" else "\n[data-bs-theme=dark] {")
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css[start : css.index("}", start)]))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, definition of contrast ratio)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_words_in_every_tone_can_be_read_in_both_modes(mode: str) -> None:
    token = tokens(mode)
    for tone in TONES:
        words = token[f"tone-{tone}-fg"]
        for ground in (f"tone-{tone}-bg", "surface", "page", "sunken", "on-tone"):
            assert contrast(words, token[ground]) >= 4.5, (mode, tone, ground)
        assert contrast(token["ink"], token[f"tone-{tone}-bg"]) >= 4.5
    for ground in ("page", "surface", "sunken", "raised"):
        assert contrast(token["ink"], token[ground]) >= 7
        assert contrast(token["muted"], token[ground]) >= 4.5
        assert contrast(token["accent"], token[ground]) >= 4.5
    assert contrast(token["accent"], token["accent-soft"]) >= 4.5
    assert contrast(token["on-accent"], token["accent"]) >= 4.5
    assert contrast(token["control-edge"], token["surface"]) >= 3  # WCAG 1.4.11: edges of controls
