"""Limits: which limit a matter gets, when it is due, what pauses and extends it, its cards (``rules.md`` §1–3)."""
