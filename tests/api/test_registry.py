"""The registry of verbs: whoever adds one has said all that its route, its form and its permission need."""

from __future__ import annotations

import re

from flask import Flask

from dispatch.access.permissions import permissions_by_role
from dispatch.actions.forms import fields_of
from dispatch.actions.registry import BY_NAME, VERBS
from dispatch.kernel.route_rules import routes

CHINESE = re.compile("[\u4e00-\u9fff]")


def test_name_each_verb_once_and_with_a_known_permission_when_registered() -> None:
    assert len(BY_NAME) == len(VERBS)
    assert {verb.permission for verb in VERBS} <= set().union(*permissions_by_role().values())


def test_label_every_control_in_chinese_when_a_form_is_made_of_a_schema() -> None:
    bare = [
        (verb.name, field.name)
        for verb in VERBS
        if not verb.has_own_form
        for field in fields_of(verb.schema)
        if not CHINESE.search(field.label) or any(not CHINESE.search(word) for _value, word in field.options)
    ]
    assert bare == []


def test_ask_for_the_same_permission_on_page_and_api_when_a_verb_has_both(app: Flask) -> None:
    asked: dict[str, set[tuple[str, ...]]] = {}
    for path, _endpoint, method, rule in routes(app):
        found = re.fullmatch(r"(?:/api/v1)?/tickets/<(?:path:)?ticket_no>/([a-z-]+)", path)
        if method == "POST" and found and found[1] in BY_NAME and rule is not None:
            asked.setdefault(found[1], set()).add(rule.permissions)
    wrong = {name: rules for name, rules in asked.items() if rules != {(BY_NAME[name].permission,)}}
    assert wrong == {}
    assert set(asked) == set(BY_NAME)
