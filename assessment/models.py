"""Every table of assessment, for the migrations and the mapper."""

from assessment.exclusions import models as exclusions
from assessment.given import models as given
from assessment.marks import models as marks
from assessment.methods import models as methods
from assessment.publications import models as publications
from assessment.running import models as running

__all__ = ["exclusions", "given", "marks", "methods", "publications", "running"]
