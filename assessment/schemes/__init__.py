"""Assessment methods (考核办法) as validated data: ``load("beijing")`` or ``load("path/to/own.toml")``."""

from __future__ import annotations

from assessment.schemes.loader import builtin, builtin_names, builtin_text, load, loads, text_of
from assessment.schemes.model import Scheme

__all__ = ["Scheme", "builtin", "builtin_names", "builtin_text", "load", "loads", "text_of"]
