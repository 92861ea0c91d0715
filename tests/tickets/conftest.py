"""The small town for every test of tickets."""

from tests.town import desk, engine

__all__ = ["desk", "engine"]
