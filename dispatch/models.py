"""Every table, for the migrations and the mapper."""

from dispatch.access import models as access
from dispatch.access import vault_models as vault
from dispatch.directory import models as directory
from dispatch.follow_ups import models as follow_ups
from dispatch.kernel import clock_models as clock
from dispatch.kernel import events, outbox, periodic, seals, texts
from dispatch.notices import models as notices
from dispatch.tickets import models as tickets

__all__ = [
    "access",
    "clock",
    "directory",
    "events",
    "follow_ups",
    "notices",
    "outbox",
    "periodic",
    "seals",
    "texts",
    "tickets",
    "vault",
]
