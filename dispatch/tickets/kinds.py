"""What kinds of matter there are (诉求类型)."""

from __future__ import annotations

from typing import Final

KINDS: Final = ("consultation", "help", "complaint", "report", "suggestion", "praise")
