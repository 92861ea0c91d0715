"""Every table of the assessment, for the migrations and the mapper."""

from assessment.publications import models as publications

__all__ = ["publications"]
