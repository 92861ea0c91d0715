"""Random lives over the services on PostgreSQL against the plain second account: no illegal state, no other due instant."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from dispatch.directory import services as directory
from dispatch.exchange.csvfile import Row
from dispatch.kernel.audit import verify
from tests.counts import IS_DEEP
from tests.states.reading import differences, expected, found
from tests.states.rules_of_callers import CallerRules
from tests.states.rules_of_clocks import ClockRules
from tests.states.rules_of_helpers import HelperRules
from tests.states.rules_of_leads import LeadRules
from tests.town import MONDAY, Desk, desk, engine

__all__ = ["desk", "engine"]

EXAMPLES, STEPS, LEAST = (600, 50, 20_000) if IS_DEEP else (28, 50, 1_000)
MORE_UNITS = (
    ("110001001-1", "柳荫第一社区一网格", "grid", "110001001"),
    ("110002001", "桥头第一社区", "community", "110002"),
)
# fmt: off
MOVES = {
    "acknowledge", "complete", "dispute", "upheld", "refused", "designated", "dispatch", "reassign", "correct",
    "urge", "ask_extension", "decide_extension", "ask_suspension", "decide_suspension", "review", "ask_support",
    "sign_support", "report_support", "let_go_support", "pass_on", "sign_handler", "report_handler",
    "let_go_handler", "attempt_no_answer", "attempt_happy", "attempt_unhappy", "redo", "reopen", "withdraw", "withdraw_first", "merge",
    "unmerge", "answer_order", "order_accepted", "order_returned", "order_cancelled",
}
# fmt: on
SETTLED = ("withdrawn", "merged")  # what becomes of a supervision order there is told elsewhere


class Lives(LeadRules, ClockRules, HelperRules, CallerRules):
    """Any verb by whoever may use it, in any order."""

    codes: dict[int, str]

    @invariant()
    def stands_as_the_rules_say(self) -> None:
        type(self).steps += 1
        ids = {id(life): ticket_id for ticket_id, life in self.lives.items()}
        stands = self.desk.run(found, self.codes)
        for ticket_id, life in self.lives.items():
            if life.state in SETTLED:
                life.orders = stands[ticket_id]["orders"]
        should = {ticket_id: expected(life, ids) for ticket_id, life in self.lives.items()}
        assert list(differences(stands, should)) == []

    def teardown(self) -> None:
        """Every chain of events is whole, whatever was refused on the way."""
        assert [fault for fault in verify(self.desk.engine) if not isinstance(fault, int)] == []


@pytest.fixture
def wide(desk: Desk) -> Desk:
    """The town with units below its townships."""
    rows = [Row(line, [*unit, ""]) for line, unit in enumerate(MORE_UNITS, start=2)]
    desk.run(directory.import_units, rows, at=MONDAY)
    return desk


def test_agree_with_a_second_account_when_anything_is_done_in_any_order(
    wide: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = {unit_id: unit.code for unit_id, unit in wide.reference.by_id.items()}
    machine = type("TheseLives", (Lives,), {"desk": wide, "steps": 0, "done": {}, "codes": codes})
    began = time.monotonic()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.explicit, Phase.generate] + ([Phase.shrink] if IS_DEEP else []),
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    if IS_DEEP:
        with capsys.disabled():
            sys.stdout.write(f"\n{machine.steps} steps in {time.monotonic() - began:.0f} s: {machine.done}\n")
    assert machine.steps >= LEAST
    assert not IS_DEEP or machine.done.keys() >= MOVES, "each was done, not only refused"
