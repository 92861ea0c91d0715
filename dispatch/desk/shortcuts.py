"""The desk's keys: each place of the form has a letter for Alt + letter, which an operator may change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from dispatch.desk.models import DeskKeys
from dispatch.kernel.errors import DomainError

# Place of the form → (its own letter, what it does).
PLACES: Final = {
    "kind": ("y", "诉求类型"),
    "name": ("n", "诉求人姓名"),
    "phone": ("p", "联系电话"),
    "channel": ("l", "来源渠道"),
    "is_confidential": ("b", "要求保密"),
    "title": ("t", "标题"),
    "text": ("c", "诉求内容"),
    "address": ("a", "发生地址"),
    "urgency": ("g", "紧急程度"),
    "category": ("k", "分类"),
    "unit": ("u", "指定承办单位"),
    "merge_into": ("m", "并入工单"),
    "incident_id": ("e", "已知事件"),
    "outcome": ("o", "不派单，当场结束"),
    "knowledge": ("q", "检索知识库"),
    "call": ("j", "接入来电"),
    "draft": ("r", "接着填写草稿"),
    "submit": ("s", "受理"),
}


def letters_of(session: Session, account_id: int) -> dict[str, str]:
    """Place → letter, as this operator has them."""
    own = session.scalar(select(DeskKeys.letters).where(DeskKeys.account_id == account_id)) or {}
    return {name: str(own.get(name, letter)) for name, (letter, _said) in PLACES.items()}


def keep(session: Session, account_id: int, letters: Mapping[str, str]) -> None:
    """Set the letters of this operator; places not named keep what they have by themselves.

    Raises ``shortcut.not_a_letter`` and ``shortcut.taken`` at the field that is wrong.
    """
    full = {name: letters.get(name, letter).strip().lower() for name, (letter, _said) in PLACES.items()}
    seen: dict[str, str] = {}
    for name, letter in full.items():
        if len(letter) != 1 or not ("a" <= letter <= "z"):
            raise DomainError("shortcut.not_a_letter", "快捷键须为一个英文字母。", field=name)
        if letter in seen:
            raise DomainError("shortcut.taken", "两处用了同一个字母，请换一个。", field=name)
        seen[letter] = name
    own = {name: letter for name, letter in full.items() if letter != PLACES[name][0]}
    row = pg_insert(DeskKeys).values(account_id=account_id, letters=own)
    session.execute(row.on_conflict_do_update(index_elements=["account_id"], set_={"letters": own}))


def reset(session: Session, account_id: int) -> None:
    """Back to the letters that everybody begins with."""
    session.execute(delete(DeskKeys).where(DeskKeys.account_id == account_id))
