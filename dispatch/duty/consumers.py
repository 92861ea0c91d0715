"""The rota listens to the events that its policy names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.directory.snapshot import reference
from dispatch.duty.calling import hear
from dispatch.kernel.events import Event
from dispatch.kernel.outbox import consumer
from dispatch.limits.policy import shipped_policy

DUTY = "duty"


# A policy may listen to fewer of these, not to more (policy_shape.py).
@consumer(DUTY, *shipped_policy().procedure.duty.events)
def tell_duty(session: Session, event: Event, at: datetime) -> None:
    """Call whoever is on duty, or note that the unit has acted."""
    hear(session, event, rules=reference(session, at).procedure.duty, at=at)
