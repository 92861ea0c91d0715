"""Habits of the code that a machine can see: who commits, who asks for the time, who skips a test."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from tests.house.tree import read, texts

CODE = ("dispatch", "assessment", "migrations")
# The system's clock has one door (design §2.5).
CLOCK = Path("dispatch/kernel/clock.py")
# Migrations run outside an application: their edge is Alembic's.
COMMITTING = {Path("migrations/env.py")}
# Fixtures here skip where the shared data are absent. Nothing else may.
SKIPPING = {"tests/conftest.py", "tests/assessment/conftest.py"}
SKIPS = {"skip", "skipif", "skipIf", "skipTest", "importorskip", "xfail"}


@cache
def calls(path: Path) -> list[tuple[str, int]]:
    """Every attribute that is called or used as a mark, dotted, with its line: ``datetime.now``, ``pytest.mark.skip``."""
    nodes = (node for node in ast.walk(ast.parse(read(path))) if isinstance(node, ast.Attribute))
    return [(ast.unparse(node), node.lineno) for node in nodes]


def test_commit_in_the_kernel_only_when_code_writes() -> None:
    commits = [
        f"{path}:{line}"
        for path in texts(".py", under=CODE)
        for name, line in calls(path)
        if name.endswith(".commit") and path.parts[:2] != ("dispatch", "kernel") and path not in COMMITTING
    ]
    assert commits == []


def test_ask_the_injected_clock_when_code_needs_the_time() -> None:
    asking = re.compile(r"(?:^|\.)(?:datetime\.(?:now|utcnow|today)|date\.today)$")
    found = [
        f"{path}:{line}: {name}"
        for path in texts(".py", under=CODE)
        for name, line in calls(path)
        if asking.search(name) and path != CLOCK
    ]
    assert found == []


def test_leave_the_time_to_the_caller_when_a_table_is_made() -> None:
    clocks = re.compile(r"func\.(?:now|current_timestamp|clock_timestamp|statement_timestamp|localtimestamp)\b")
    words = re.compile(r"\bnow\(\)|\bcurrent_timestamp\b|\bclock_timestamp\b|\bcurrent_date\b", re.IGNORECASE)
    found = []
    for path in texts(".py", ".sql", under=CODE):
        if "models" not in path.stem and path.parts[0] != "migrations":
            continue
        text = read(path)
        if path.suffix == ".py":
            # Docstrings may speak of now(); code and the SQL in it may not.
            text = without_docstrings(text)
        found += [f"{path}: {match[0]}" for pattern in (clocks, words) for match in pattern.finditer(text)]
    assert found == []


def without_docstrings(text: str) -> str:
    """The code as Python understands it, comments and docstrings left out."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                part
                for part in body
                if not (
                    isinstance(part, ast.Expr)
                    and isinstance(part.value, ast.Constant)
                    and isinstance(part.value.value, str)
                )
            ]
    return ast.unparse(tree)


def test_skip_nothing_when_shared_data_are_there() -> None:
    found = []
    for path in texts(".py", under=("tests",)):
        allowed = excused(path) if str(path) in SKIPPING else set()
        found += [
            f"{path}:{line}: {name}"
            for name, line in calls(path)
            if name.split(".")[-1] in SKIPS
            and name.startswith(("pytest.", "unittest.", "self."))
            and line not in allowed
        ]
    assert found == []


def excused(path: Path) -> set[int]:
    """Lines of ``pytest.skip("… HOTLINE_SHARED_DATA …")``, the one reason there is."""
    return {
        node.lineno
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "pytest.skip"
        and "HOTLINE_SHARED_DATA" in ast.unparse(node)
    }


def test_write_print_nowhere_when_no_command_answers() -> None:
    """stdout carries the answer and nothing else (design §9): only the edges of the command line may print."""
    found = [
        f"{path}:{node.lineno}"
        for path in texts(".py", under=("dispatch", "assessment"))
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []
