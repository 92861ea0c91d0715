"""Every Chinese string that a page may show and the catalogue must know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

from dispatch.actions.forms import fields_of
from dispatch.actions.registry import VERBS
from dispatch.console import (
    catalogue_words,
    hop_sentences,
    import_reasons,
    inbox_views,
    ladder_sentences,
    policy_words,
    sentences,
    ticket_page,
    wording_views,
)
from dispatch.console.routes import NAVIGATION
from dispatch.console.words import translatable
from dispatch.desk import shortcuts
from dispatch.kernel.problems import TEXTS
from dispatch.learning import suggesting
from dispatch.notices import wording_rules, wording_trial
from tests.house.tree import ROOT

CATALOGUE = ROOT / "dispatch/console/translations/en/LC_MESSAGES/messages.po"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
PLACES = ("dispatch/console", "dispatch/access", "dispatch/kernel/templates")
CHINESE = re.compile("[\u4e00-\u9fff]")
# Whose refusals a page may show, but for those raised at the edge of the API or of the command line alone.
SPEAKING = (
    "access",
    "actions",
    "archives",
    "board",
    "catalogue",
    "console",
    "desk",
    "directory",
    "disputes",
    "duty",
    "erasure",
    "field",
    "files",
    "follow_ups",
    "hops",
    "incidents",
    "knowledge",
    "learning",
    "merging",
    "notices",
    "outcomes",
    "places",
    "policies",
    "routing",
    "supervision",
    "tickets",
)
NOT_ON_PAGES = re.compile(r"(?:.*_)?(?:api|cli|edge|idempotency)\.py|import_.*")
REFUSALS = {"DomainError", "Conflict", "NotFound", "Forbidden"}


def in_templates_and_code() -> set[str]:
    """What is wrapped in ``_()`` or ``ngettext()``."""
    found: set[str] = set()
    for place in PLACES:
        for _file, _line, message, _comments, _context in extract_from_dir(ROOT / place, METHODS):
            found |= {message} if isinstance(message, str) else {message[0]}
    return found


def in_tables() -> set[str]:
    """Words of coded values, of the navigation and of plain HTTP problems; translated when they are shown."""
    problems = {words for _code, *texts in TEXTS.values() for words in texts}
    named = {*sentences.CARDS.values(), *ticket_page.SYSTEM_ACTORS.values(), *hop_sentences.ENDED.values()}
    named |= {*suggesting.WORDS.values(), *(said for _letter, said in shortcuts.PLACES.values())}
    named |= {*ladder_sentences.TOLD.values(), *(words for words, _sign, _tone in inbox_views.KINDS.values())}
    named |= {*import_reasons.REASONS, *import_reasons.KINDS, *import_reasons.COLUMN_FAULTS}
    named |= {*wording_rules.SENTENCES.values(), *wording_trial.BLANK_WORDS.values(), *wording_views.NAMES.values()}
    return (
        translatable()
        | policy_words.translatable()
        | catalogue_words.translatable()
        | problems
        | named
        | {entry.label for entry in NAVIGATION}
    )


def in_verbs() -> set[str]:
    """Labels, hints and words of the registry's forms."""
    found: set[str] = set()
    for verb in VERBS:
        found |= {verb.label, verb.hint, verb.done} if not verb.has_own_form else set()
        for field in fields_of(verb.schema) if not verb.has_own_form else ():
            found |= {field.label, field.hint, *(word for _value, word in field.options)}
    return found


def in_refusals() -> set[str]:
    """The sentences of the services' refusals, those without a figure in them."""
    files = [path for part in SPEAKING for path in sorted((ROOT / "dispatch" / part).rglob("*.py"))]
    return {message for path in files if not NOT_ON_PAGES.fullmatch(path.name) for message in _refusals(path)}


def _refusals(path: Path) -> Iterator[str]:
    """The second argument of each refusal, and ``detail=…`` wherever a problem is made by hand."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        said = [keyword.value for keyword in node.keywords if keyword.arg == "detail"]
        if isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
            said += node.args[1:2]
        yield from (str(one.value) for one in said if isinstance(one, ast.Constant))


def wanted() -> set[str]:
    """All of them; keys of tables inside ``_(…)`` are no sentences."""
    return {
        message
        for message in in_templates_and_code() | in_tables() | in_refusals() | in_verbs()
        if CHINESE.search(message)
    }
