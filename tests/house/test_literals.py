"""No number of a rule stands in the code: windows, attempts, caps and spans are data (rules.md, first paragraph)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.tree import ROOT, tracked

DOMAIN = (
    "tickets",
    "follow_ups",
    "limits",
    "disputes",
    "duty",
    "hops",
    "merging",
    "incidents",
    "outcomes",
    "supervision",
)
SPANS = {"timedelta", "relativedelta"}
# What is no rule of the procedure, with the reason.
ALLOWED = {
    "limits/calendar.py": "the calendar's own arithmetic: a day is a day",
    "limits/office.py": "the calendar's own arithmetic",
    "limits/rules.py": "the next day, the smallest tick",
    "limits/cards.py": "the smallest tick, the day before",
    "limits/ladder.py": "the smallest tick, the day before",
    "limits/values.py": "units made into lengths",
    "tickets/work_queries.py": "a figure whose own head, on desk, board and metric, says within the hour",
    "tickets/idempotency.py": "how long the API keeps an answer, which its description says",
}
# The edges' shapes of pages and fields (longest words, page sizes) are no rules of the procedure.
EDGES = ("api.py", "_api.py", "cli.py", "_cli.py", "schemas.py", "verbs.py", "_verbs.py", "routes.py", "views.py")


def numbers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what) of each span with a figure in it and each comparison with a figure above one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPANS:
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(_is_figure(value, 0) for value in given):
                yield node.lineno, ast.unparse(node)
        if isinstance(node, ast.Compare) and any(_is_figure(value, 1) for value in node.comparators):
            yield node.lineno, ast.unparse(node)


def _is_figure(node: ast.expr, above: int) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and node.value > above
    )


def test_keep_every_number_of_a_rule_in_data_when_the_domain_is_read() -> None:
    found = []
    for path in tracked():
        parts = path.parts
        if len(parts) < 3 or parts[0] != "dispatch" or parts[1] not in DOMAIN or path.suffix != ".py":
            continue
        if "/".join(parts[1:]) in ALLOWED or path.name.endswith(EDGES) or path.name.startswith("import_"):
            continue
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        found += [f"{path}:{line} {what}" for line, what in numbers(tree)]
    assert found == []
