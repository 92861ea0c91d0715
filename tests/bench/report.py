"""Tables on stdout, and everything measured as JSON where a file is asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Report:
    """What was measured so far; each part prints as soon as it is done."""

    figures: dict[str, Any] = field(default_factory=dict)

    def note(self, part: str, values: Any) -> None:
        """Keep raw figures for the JSON file."""
        self.figures[part] = values

    def write(self, path: Path) -> None:
        """The JSON file."""
        path.write_text(json.dumps(self.figures, ensure_ascii=False, indent=2) + "\n", "utf-8")


def table(heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A heading, a rule and aligned columns: words to the left, numbers to the right."""
    widths = [max(len(line[at]) for line in (columns, *rows)) for at in range(len(columns))]
    say(f"\n{heading}")
    for line in (columns, ["-" * width for width in widths], *rows):
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        say("  ".join(cells).rstrip())


def say(line: str) -> None:
    """A line of the answer."""
    print(line, flush=True)


def tell(line: str) -> None:
    """A line of progress."""
    print(f"bench: {line}", file=sys.stderr, flush=True)


def verdict(what: str, is_met: bool) -> str:
    """``met`` or ``MISSED`` beside an aim."""
    return f"{'met   ' if is_met else 'MISSED'}  {what}"


def megabytes(size: float) -> str:
    """Bytes as whole MB."""
    return f"{size / 1e6:.0f}"
