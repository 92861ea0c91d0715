"""Every table of the assessment, for the migrations and the mapper."""

from assessment.publications import models as publications

__all__ = ["publications"]
"""Every table of assessment, for the migrations and the mapper."""

from assessment.exclusions import models as exclusions

__all__ = ["exclusions"]
