"""Every table of assessment, for the migrations and the mapper."""

from assessment.exclusions import models as exclusions
from assessment.publications import models as publications

__all__ = ["exclusions", "publications"]
