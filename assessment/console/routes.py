"""What the composition root hangs in: the pages themselves are in ``views``, where Flask may be named."""

from __future__ import annotations

from assessment.console.views import install

__all__ = ["install"]
