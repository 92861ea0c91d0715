"""How the model in force does on a labelled file; rows that it was made from are told apart from those it had never seen."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from dispatch.learning.model import Model
from dispatch.learning.quality import Quality, quality
from dispatch.learning.rows import Row, row_digest

_COLUMNS: Final = ("rows", "label", "support", "precision", "recall", "f1", "accuracy", "macro_f1", "ece")
_PARTS: Final = {"unseen": "训练中没有的行", "trained_on": "训练用过的行"}
_WHOLE: Final = "全部"


class Format(StrEnum):
    """Forms of the answer of ``hotline evaluate``."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``unknown``: labels of the file that the model cannot give, so that their rows count as wrong."""

    version: str
    unseen: Quality
    trained_on: Quality
    unknown: tuple[str, ...]

    def parts(self) -> list[tuple[str, Quality]]:
        """What has rows, the rows that count first."""
        return [(name, part) for name in _PARTS if (part := getattr(self, name)).rows]


def evaluate(model: Model, rows: Sequence[Row], trained_on: AbstractSet[bytes]) -> Evaluation:
    """Ask the model for every row. ``trained_on``: the digests of the texts it was made from."""
    probabilities = model.probabilities([row.text for row in rows])
    best = probabilities.argmax(axis=1)
    answers = [model.labels[place] for place in best]
    confidences = probabilities[np.arange(len(rows)), best]
    is_known = np.array([row_digest(row.text) in trained_on for row in rows], dtype=bool)

    def part(places: Sequence[int]) -> Quality:
        return quality([rows[i].label for i in places], [answers[i] for i in places], [confidences[i] for i in places])

    return Evaluation(
        version=model.version,
        unseen=part(np.flatnonzero(~is_known).tolist()),
        trained_on=part(np.flatnonzero(is_known).tolist()),
        unknown=tuple(sorted({row.label for row in rows} - set(model.labels))),
    )


def render(found: Evaluation, form: Format | str) -> str:
    """The whole answer, line end included, ready for stdout."""
    if Format(form) is Format.JSON:
        told: dict[str, Any] = {"model": found.version, "unknown_labels": list(found.unknown)}
        told |= {name: part.as_json() for name, part in found.parts()}
        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    lines = [line for name, part in found.parts() for line in _lines(name, part)]
    if Format(form) is Format.CSV:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(_COLUMNS)
        writer.writerows(lines)
        return out.getvalue()
    return "\n".join(_table(name, part) for name, part in found.parts())


def _lines(name: str, part: Quality) -> list[list[str]]:
    """One line per label that occurs, then the whole with an empty label."""
    rows = [
        [name, one.label, str(one.support), *_figures(one.precision, one.recall, one.f1), "", "", ""]
        for one in part.labels
    ]
    return [*rows, [name, "", str(part.rows), "", "", "", *_figures(part.accuracy, part.macro_f1, part.ece)]]


def _table(name: str, part: Quality) -> str:
    head = ["分类", "行数", "精确率", "召回率", "F1"]
    rows = [[one.label, str(one.support), *_figures(one.precision, one.recall, one.f1)] for one in part.labels]
    cells = [head, *rows]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(head))]
    accuracy, macro, ece = _figures(part.accuracy, part.macro_f1, part.ece)
    told = [f"{_PARTS[name]}：{part.rows} 行，准确率 {accuracy}，宏平均 F1(macro-F1) {macro}，校准误差(ECE) {ece}"]
    told += ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join(told) + "\n"


def _figures(*values: float) -> list[str]:
    return [f"{value:.4f}" for value in values]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
