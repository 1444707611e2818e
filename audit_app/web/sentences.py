"""Sentences in the reader's language, found fast: a page says hundreds of them.

Flask-Babel looks up the application, the request and the locale anew for every single sentence. Here each
request keeps one object that knows its locale, and templates get ``_`` and ``ngettext`` that ask it at once.
"""

from types import SimpleNamespace
from typing import Any

from flask import Flask, g
from flask_babel import Babel, Domain, get_babel, get_domain, get_locale
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape


class OneDomain(Domain):
    """All catalogues as one, with the plural rule of the language, for one request.

    The library takes the rule of the last catalogue it looks for; when that file does not exist, Chinese
    would be counted as English is and its sentences with a number in them would not be found.
    """

    def __init__(self, domain: str, read: dict[Any, Any], notes: SimpleNamespace) -> None:
        super().__init__(domain=domain)
        self.read, self.notes = read, notes

    def get_translations_cache(self, ctx: Any) -> dict[Any, Any]:
        """The catalogues read so far, by any request."""
        return self.read

    def get_translations(self) -> Any:
        """The sentences of the present language (``force_locale`` notes another one for its block)."""
        locale = getattr(self.notes, "babel_locale", None) or get_locale()
        language = locale.language if locale is not None else "en"
        found = self.read.get(language)
        if found is None:
            found = super().get_translations()
            if language == "zh":
                found.plural = _one_form
            self.read[language] = found
        return found


def _one_form(_number: int) -> int:
    return 0


class Catalogues(Babel):
    """Keeps the catalogues read: the library would read every file again at each request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.read: dict[Any, Any] = {}
        super().__init__(*args, **kwargs)

    @property
    def domain_instance(self) -> Domain:
        """The one domain of this application, bound to what Flask-Babel notes about this request."""
        return OneDomain(get_babel().default_domain, self.read, g._flask_babel)


def _escaped(words: LazyString) -> Markup:
    """Words that wait for their language, as a page may hold them."""
    return escape(str(words))


# The library calls such words safe as they are; but they carry what people typed: names, titles, reasons.
LazyString.__html__ = _escaped


def _domain() -> Any:
    """The domain of this request, found once."""
    try:
        return g.sentences
    except AttributeError:
        g.sentences = get_domain()
        return g.sentences


def sentence(message: str, **facts: Any) -> Markup:
    """``_()`` of templates: a sentence is ours and safe, the facts put into it are escaped."""
    said = Markup(_domain().get_translations().ugettext(message))  # noqa: S704  # nosec B704  # nosemgrep: markup-of-a-value -- our catalogue
    return said % facts if "%" in said else said


def counted(one: str, many: str, num: int, **facts: Any) -> Markup:
    """``ngettext()`` of templates."""
    said = Markup(_domain().get_translations().ungettext(one, many, num))  # noqa: S704  # nosec B704  # nosemgrep: markup-of-a-value -- our catalogue
    return said % {"num": num, **facts}


def init_app(app: Flask) -> None:
    """Give templates the quick words; the library's do the same by three detours."""
    app.jinja_env.globals.update({"_": sentence, "gettext": sentence, "ngettext": counted})
