"""The small town, and the application over it."""

from tests.api.conftest import app, clock, town, unchanged
from tests.town import desk, engine

__all__ = ["app", "clock", "desk", "engine", "town", "unchanged"]
