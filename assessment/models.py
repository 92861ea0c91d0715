"""Every table of assessment, for the migrations and the mapper."""

from assessment.exclusions import models as exclusions
from assessment.methods import models as methods
from assessment.publications import models as publications

__all__ = ["exclusions", "methods", "publications"]
