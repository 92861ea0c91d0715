"""Limits: what rules.md §1 promises, by hand-computed cases and by properties."""
