"""What the assessment does by itself: importing this registers its periodic jobs and what workers may be asked to do."""

from __future__ import annotations

from assessment.publications import jobs as publications
from assessment.running import jobs as running

__all__ = ["publications", "running"]
