"""The small town, where tickets are looked for."""

from tests.town import desk, engine

__all__ = ["desk", "engine"]
