"""The small town for the tests of the calendar."""

from tests.town import desk, engine

__all__ = ["desk", "engine"]
