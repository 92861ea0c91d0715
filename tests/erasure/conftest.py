"""The small town by its services, by its API, and by its pages."""

from tests.api.conftest import app, clock, town
from tests.town import desk, engine

__all__ = ["app", "clock", "desk", "engine", "town"]
