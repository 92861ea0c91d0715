"""Languages: Chinese is what is written in the code, English is a catalogue; the choice lies in the session cookie."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, g, has_app_context, has_request_context, session
from flask_babel import Babel, get_locale, get_translations
from markupsafe import Markup

DEFAULT_LANGUAGE = "zh_Hans_CN"
LANGUAGES = {"zh_Hans_CN": "中文", "en": "English"}
COOKIE_KEY = "language"
TRANSLATIONS = "console/translations"
MOST_WORDS = 16_384  # of all languages together, kept ready for templates


def current_language() -> str:
    """The language of this request; Chinese where nothing was chosen."""
    chosen = session.get(COOKIE_KEY) if has_request_context() else None
    return chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE


def choose_language(language: str | None) -> None:
    """Keep a choice for this browser; an unknown one is forgotten."""
    if language in LANGUAGES:
        session[COOKIE_KEY] = language
    else:
        session.pop(COOKIE_KEY, None)


def html_language() -> str:
    """The ``lang`` attribute of a page, e.g. ``zh-Hans-CN``."""
    locale = get_locale()
    return str(locale).replace("_", "-") if locale else "zh-Hans-CN"


def add_catalogue(app: Flask, folder: Path) -> None:
    """Look for translations in ``folder`` too: each part of the pages brings its own."""
    app.extensions["babel"].translation_directories.append(str(folder))


def _catalogue() -> Any:
    """The request's translations, found once: a page asks for some hundred words."""
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue


def gettext(word: str, **values: object) -> str:
    """``word`` in this request's language, its ``%(name)s`` filled in. Outside an application it stays as it is written."""
    found = str(_catalogue().ugettext(word)) if has_app_context() else word
    return found % values if values else found


def _page_word(word: str, **values: object) -> Markup:
    """The templates' ``_``: as Jinja's own, which looks for the request's catalogue through three layers each time."""
    found = _marked(_catalogue(), word)
    return found % values if values or "%" in found else found


@lru_cache(maxsize=MOST_WORDS)
def _marked(catalogue: Any, word: str) -> Markup:
    return Markup(catalogue.ugettext(word))  # noqa: S704  # nosec B704 - our own words


def install(app: Flask) -> None:
    """Translations and the business time zone for the pages of ``app``."""
    config = app.extensions["hotline"].config
    Babel(
        app,
        default_locale=DEFAULT_LANGUAGE,
        default_timezone=str(config.time_zone),
        default_translation_directories=TRANSLATIONS,
        locale_selector=current_language,
    )
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of the i18n extension
        gettext=lambda word: _catalogue().ugettext(word),
        ngettext=lambda one, many, count: _catalogue().ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = _page_word
    app.jinja_env.globals.update(html_language=html_language, current_language=current_language, languages=LANGUAGES)
