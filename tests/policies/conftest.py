"""The small town for the tests of policies."""

from tests.town import desk, engine

__all__ = ["desk", "engine"]
