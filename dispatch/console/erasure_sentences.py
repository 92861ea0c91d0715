"""The timeline's sentences of erasing what is personal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dispatch.console.words import words
from dispatch.directory.snapshot import Reference
from dispatch.kernel.i18n import gettext as _

Facts = Mapping[str, Any]


def _asked(data: Facts, _city: Reference) -> str:
    return str(_("申请删除个人信息：%(ground)s", ground=_(words.erasure_ground[data["ground"]])))


def _refused(_data: Facts, _city: Reference) -> str:
    return str(_("删除申请未获同意"))


def _erased(_data: Facts, _city: Reference) -> str:
    return str(_("个人信息已依法删除"))


SENTENCES: dict[str, tuple[Callable[[Facts, Reference], str], str, str]] = {
    "erasure.asked": (_asked, "eraser", "info"),
    "erasure.refused": (_refused, "x-circle", ""),
    "ticket.erased": (_erased, "eraser-fill", "yellow"),
}
