"""The rota listens to the events that its policy names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.duty.calling import hear
from dispatch.kernel.events import Event
from dispatch.kernel.outbox import consumer
from dispatch.limits.procedure import shipped_procedure

DUTY = "duty"


@consumer(DUTY, *shipped_procedure().duty.events)
def tell_duty(session: Session, event: Event, at: datetime) -> None:
    """Call whoever is on duty, or note that the unit has acted."""
    hear(session, event, rules=shipped_procedure().duty, at=at)
