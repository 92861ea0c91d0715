"""Every table of assessment, for the migrations and the mapper."""

from assessment.exclusions import models as exclusions

__all__ = ["exclusions"]
