"""The small town, and the API as wsgi assembles it, for tests of files."""

from tests.api.conftest import app, clock, town
from tests.town import desk, engine

__all__ = ["app", "clock", "desk", "engine", "town"]
