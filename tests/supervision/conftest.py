"""The small town's fixtures, and tickets that came out of their first round unhappily."""

from tests.follow_ups.conftest import closed, desk, engine, expired

__all__ = ["closed", "desk", "engine", "expired"]
