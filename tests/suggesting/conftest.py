"""The small town for the tests of suggestions."""

from tests.town import desk, engine

__all__ = ["desk", "engine"]
