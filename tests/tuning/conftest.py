"""The small town for the tests of tuning."""

from tests.town import desk, engine

__all__ = ["desk", "engine"]
