"""The small town for the phone."""

from tests.town import desk, engine

__all__ = ["desk", "engine"]
