"""Icons of the sprite. A page draws a hundred and more, so each one is written once and kept."""

from functools import lru_cache
from typing import Any

from flask import Flask, g, url_for
from markupsafe import Markup, escape


def sprite() -> str:
    """Address of the file that holds all icons, as seen from this request."""
    try:
        address: str = g.sprite
    except AttributeError:
        address = g.sprite = url_for("static", filename="vendor/icons.svg")
    return address


@lru_cache(maxsize=2048)
def _drawn(name: str, label: str, extra: str, address: str) -> Markup:
    spoken = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    classes = escape(f"icon {extra}" if extra else "icon")
    place = escape(f"{address}#tabler-{name}")
    # All that goes in was escaped above.
    return Markup(f'<svg class="{classes}" {spoken}><use href="{place}"></use></svg>')  # noqa: S704  # nosec B704  # nosemgrep: markup-of-a-value


def icon(name: str, label: Any = None, **more: str) -> Markup:
    """One icon. Without ``label`` it is decoration, hidden from screen readers; ``class`` adds classes."""
    extra = more.pop("class", "")
    if more:
        raise TypeError(f"icon() takes name, label and class, not {', '.join(more)}")
    return _drawn(name, str(label or ""), extra, sprite())


def init_app(app: Flask) -> None:
    """Give ``_macros/icon.html`` its pen."""
    app.jinja_env.globals["draw_icon"] = icon
