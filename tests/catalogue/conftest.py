"""The small town for tests of taxonomy and catalogue."""

from tests.town import desk, engine

__all__ = ["desk", "engine"]
