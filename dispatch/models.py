"""Every table, for the migrations and the mapper."""

from dispatch.access import models as access
from dispatch.access import vault_models as vault
from dispatch.archives import models as archives
from dispatch.board import models as board
from dispatch.calendars import models as calendars
from dispatch.catalogue import models as catalogue
from dispatch.desk import models as desk
from dispatch.directory import models as directory
from dispatch.disputes import models as disputes
from dispatch.duty import models as duty
from dispatch.erasure import models as erasure
from dispatch.field import models as field
from dispatch.files import models as files
from dispatch.follow_ups import models as follow_ups
from dispatch.incidents import models as incidents
from dispatch.kernel import clock_models as clock
from dispatch.kernel import events, outbox, periodic, seals, texts
from dispatch.knowledge import models as knowledge
from dispatch.learning import models as learning
from dispatch.likeness import models as likeness
from dispatch.merging import models as merging
from dispatch.notices import models as notices
from dispatch.outcomes import models as outcomes
from dispatch.places import models as places
from dispatch.policies import models as policies
from dispatch.search import models as search
from dispatch.supervision import models as supervision
from dispatch.tickets import clock_models as clocks
from dispatch.tickets import models as tickets
from dispatch.tickets import side_models as side
from dispatch.tuning import models as tuning

__all__ = [
    "access",
    "archives",
    "board",
    "calendars",
    "catalogue",
    "clock",
    "clocks",
    "desk",
    "directory",
    "disputes",
    "duty",
    "erasure",
    "events",
    "field",
    "files",
    "follow_ups",
    "incidents",
    "knowledge",
    "learning",
    "likeness",
    "merging",
    "notices",
    "outbox",
    "outcomes",
    "periodic",
    "places",
    "policies",
    "seals",
    "search",
    "side",
    "supervision",
    "texts",
    "tickets",
    "tuning",
    "vault",
]
