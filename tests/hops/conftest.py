"""The small town for shared work."""

from tests.town import desk, engine

__all__ = ["desk", "engine"]
