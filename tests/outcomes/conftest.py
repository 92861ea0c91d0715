"""The small town, by its services and by its API."""

from tests.api.conftest import app, clock, town
from tests.town import desk, engine

__all__ = ["app", "clock", "desk", "engine", "town"]
