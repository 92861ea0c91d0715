"""The small town, where a page is asked about it."""

from tests.town import desk, engine

__all__ = ["desk", "engine"]
