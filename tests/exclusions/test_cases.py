"""A case from its application to its decision: who may, in which order, on what ground, within which limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from assessment.exclusions import queries, representation, rules, services, states
from assessment.exclusions.models import ExclusionCase
from assessment.exclusions.states import CaseState, Remedy, Sort
from dispatch.kernel import audit, texts
from dispatch.kernel.errors import DomainError
from tests.exclusions.conftest import Office

APPEAL = {"sort": Sort.APPEAL, "publication_id": 7}


def refused(verb: Callable[..., Any], *args: Any, **values: Any) -> DomainError:
    with pytest.raises(DomainError) as found:
        verb(*args, **values)
    return found.value


def told(office: Office, case: ExclusionCase) -> representation.Whole:
    return office.desk.run(
        lambda session: representation.whole(session, queries.case(session, case.case_id), office.desk.at)
    )


def test_record_who_and_when_with_each_step_when_a_case_is_granted(office: Office) -> None:
    case = office.apply(office.answered(), reason="请回电 13800138000 王小明")
    applied_at = office.desk.at
    office.desk.later(hours=1)
    office.review(case)
    office.desk.later(hours=1)
    office.decide(case)
    found = told(office, case)
    assert [(step.state, step.actor) for step in found.steps] == [
        ("applied", "account:11"),
        ("first_passed", "account:21"),
        ("granted", "account:31"),
    ]
    assert [step.at for step in found.steps] == [applied_at + timedelta(hours=hour) for hour in range(3)]
    assert found.steps[0].words == "请回电 138******00 王**", "numbers and whoever spoke up are covered"
    assert found.line.case.decided_at == office.desk.at
    assert [(one.kind, one.number, one.is_unchanged) for one in found.evidence] == [("event", 1, True)]
    assert found.correction_due_at is None, "nothing published was contested"
    faults = [one for one in audit.verify(office.desk.engine) if not isinstance(one, int)]
    assert faults == [], "words of a case are recorded by its steps"


def test_refuse_the_reviewer_who_has_a_stake_when_the_case_is_their_own(office: Office) -> None:
    case = office.apply(office.answered())
    same_person = office.person(11, "evaluator")
    colleague, above, below = (office.person(40, "evaluator", code) for code in ("110001", "110", "110001001"))
    neighbour = office.person(41, "evaluator", "110002")
    assert refused(office.review, case, same_person).code == "exclusion.own_case"
    for reviewer in (colleague, above, below):
        assert refused(office.review, case, reviewer).code == "exclusion.own_unit"
    office.review(case, neighbour)
    assert refused(office.decide, case, neighbour).code == "exclusion.same_reviewer"
    assert refused(office.decide, case, office.person(11, "city_supervisor")).code == "exclusion.own_case"
    assert refused(office.decide, case, above).code == "exclusion.own_unit"
    assert office.decide(case).state == CaseState.GRANTED


def test_end_the_case_when_either_review_rejects(office: Office) -> None:
    ticket_id = office.answered()
    first = office.apply(ticket_id)
    office.review(first, is_passed=False)
    second = office.apply(ticket_id)
    office.review(second)
    office.decide(second, is_granted=False)
    for case in (first, second):
        assert [refused(verb, case).code for verb in (office.review, office.decide, office.withdraw)] == [
            "exclusion.illegal_move"
        ] * 3
    assert office.apply(ticket_id).state == CaseState.APPLIED, "another ground may be tried"


def test_refuse_the_second_review_when_there_was_no_first(office: Office) -> None:
    case = office.apply(office.answered())
    assert refused(office.decide, case).code == "exclusion.illegal_move"
    office.review(case)
    assert refused(office.review, case, office.person(22, "evaluator")).code == "exclusion.illegal_move"


def test_withdraw_only_by_the_applicant_and_before_the_decision(office: Office) -> None:
    case = office.apply(office.answered())
    assert refused(office.withdraw, case, office.person(12, "unit_head", "110001")).code == "exclusion.not_applicant"
    office.review(case)
    assert office.withdraw(case).state == CaseState.WITHDRAWN
    assert refused(office.decide, case).code == "exclusion.illegal_move"


def test_refuse_an_application_when_the_ticket_is_not_the_units_own(office: Office) -> None:
    ticket_id = office.answered()
    foreign = refused(office.apply, ticket_id, office.person(13, "unit_head", "110002"))
    unknown = refused(office.apply, ticket_id, ticket_no="20261102-7654321")
    assert (foreign.code, foreign.message) == (unknown.code, unknown.message) == ("ticket.unknown", unknown.message)
    assert refused(office.apply, ticket_id, office.evaluator).code == "exclusion.units_only"
    assert office.apply(ticket_id, office.person(14, "unit_head", "110")).state == "applied", "the district's row too"


def test_refuse_an_application_naming_what_is_wrong(office: Office) -> None:
    ticket_id = office.answered()
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("exclusion.unknown_ground", {"ground": "because"}),
        ("exclusion.ground_unfit", {"ground": "imported"}),
        ("exclusion.ground_unfit", {"ground": "answer_misrecorded"}),
        ("exclusion.ground_unfit", {"remedy": Remedy.ANSWER}),
        ("exclusion.reason_missing", {"reason": " "}),
        ("exclusion.reason_too_long", {"reason": "长" * 2001}),
        ("exclusion.evidence_missing", {"events": ()}),
        ("exclusion.unknown_evidence", {"events": (999,)}),
        ("exclusion.unknown_evidence", {"events": (), "files": (1,)}),
        ("exclusion.evidence_too_much", {"events": tuple(range(1, 22))}),
        ("exclusion.answer_unasked", {"answer": "follow_up:1:1"}),
        ("appeal.publication_missing", {"sort": Sort.APPEAL}),
        ("appeal.unknown_publication", APPEAL),
    ]
    assert [refused(office.apply, ticket_id, **values).code for _, values in wrong] == [code for code, _ in wrong]
    assert office.desk.run(lambda session: queries.cases(session, queries.Filter(), before=None, limit=9)) == []


def test_refuse_a_second_case_when_one_is_open_or_the_ticket_is_out(office: Office) -> None:
    ticket_id = office.answered()
    case = office.apply(ticket_id)
    assert refused(office.apply, ticket_id).code == "exclusion.already_open"
    office.review(case)
    assert refused(office.apply, ticket_id).code == "exclusion.already_open"
    office.decide(case)
    assert refused(office.apply, ticket_id).code == "exclusion.already_excluded"


def test_refuse_an_appeal_naming_the_last_day_when_its_limit_has_passed(office: Office) -> None:
    ticket_id = office.answered()
    friday = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
    last_day_ends = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)  # 24:00 of Friday the 27th, the fifth working day
    office.publish(7, friday)
    office.desk.at = friday - timedelta(seconds=1)
    assert refused(office.apply, ticket_id, **APPEAL).code == "appeal.unknown_publication", "not published yet"
    office.desk.at = last_day_ends
    late = refused(office.apply, ticket_id, **APPEAL)
    assert (late.code, late.details["last_day"]) == ("appeal.too_late", "2026-11-27")
    assert "2026-11-27" in late.message
    office.desk.at = last_day_ends - timedelta(microseconds=1)
    assert office.apply(ticket_id, **APPEAL).publication_id == 7


def test_count_make_up_days_and_holidays_when_the_limit_runs_over_them(office: Office) -> None:
    ticket_id = office.answered()
    before_new_year = datetime(2026, 12, 30, 7, 0, tzinfo=UTC)
    office.publish(7, before_new_year)
    office.desk.at = datetime(2027, 1, 30, tzinfo=UTC)
    days = office.desk.run(lambda session: queries.contract.last_working_day(session, before_new_year, 5))
    assert refused(office.apply, ticket_id, **APPEAL).details["last_day"] == days[0].isoformat()


def test_refuse_an_appeal_when_the_publication_did_not_count_the_ticket(office: Office) -> None:
    ticket_id = office.answered()
    for number, words in ((1, {"period": "2026-10"}), (2, {"group": "enterprise"})):
        office.publish(number, office.desk.at, **words)
        wrong = refused(office.apply, ticket_id, sort=Sort.APPEAL, publication_id=number)
        assert wrong.code == "appeal.not_in_publication"


def test_tell_the_correction_that_is_due_when_an_appeal_is_granted(office: Office) -> None:
    ticket_id = office.answered()
    office.publish(7, datetime(2026, 11, 20, 7, 0, tzinfo=UTC))
    office.desk.at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    case = office.apply(ticket_id, **APPEAL)
    office.review(case)
    assert office.desk.run(services.on_granted, case) is None
    assert office.corrected == []
    needed = office.desk.run(services.on_granted, office.decide(case))
    assert [(one, at) for one, _actor, at in office.corrected] == [(needed, office.desk.at)], "the correction has begun"
    assert (needed.publication_id, needed.case_id) == (7, case.case_id)
    assert needed.due_at == datetime(2026, 12, 4, 16, 0, tzinfo=UTC), "24:00 of the tenth working day"
    assert told(office, case).correction_due_at == needed.due_at


def test_refuse_an_answer_appeal_when_the_answer_is_not_another_one_on_record(office: Office) -> None:
    ticket_id = office.answered()
    office.publish(7, office.desk.at)
    wanted = APPEAL | {"remedy": Remedy.ANSWER, "ground": "answer_misrecorded"}
    for answer in (None, "follow_up:9:9"):
        assert refused(office.apply, ticket_id, **wanted, answer=answer).code == "appeal.unknown_answer"
    assert refused(office.apply, ticket_id, **wanted, answer="follow_up:1:1").code == "appeal.answer_counted"


def test_show_evidence_as_changed_when_the_event_is_no_longer_what_it_was(office: Office) -> None:
    case = office.apply(office.answered(), events=(1, 2))
    office.desk.run(lambda session: session.execute(text("UPDATE event SET hash = 'x' WHERE number = 2")))
    assert [(one.number, one.is_unchanged) for one in told(office, case).evidence] == [(1, True), (2, False)]


def test_keep_the_steps_and_lose_the_words_when_the_ticket_is_erased(office: Office) -> None:
    ticket_id = office.answered()
    case = office.granted(ticket_id)
    office.desk.run(lambda session: texts.erase(session, ticket_id, at=office.desk.at))
    assert [(step.state, step.words) for step in told(office, case).steps] == [
        ("applied", None),
        ("first_passed", None),
        ("granted", None),
    ]


def test_reach_every_state_and_give_each_a_word_when_the_table_is_walked() -> None:
    reached = {CaseState.APPLIED}
    for _ in states.MOVES:
        reached |= {after for before, after in states.MOVES if before in reached}
    assert reached == set(CaseState) == set(states.STATE_WORDS) == set(states.STATE_TONES)
    assert all(rule.strip() for rule in states.MOVES.values())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,名,exclusion,exclude,x,,,据", "ground a"),
        ("a,名,other,exclude,1,,,据", "ground a"),
        ("a,,exclusion,exclude,1,,,据", "name or basis"),
        ("a,名,exclusion,exclude,1,2026-01-01,,据", "offset"),
        ("a,名,exclusion,exclude,1,,,据\na,名,exclusion,exclude,1,,,据", "stands twice"),
    ],
)
def test_refuse_a_table_of_grounds_naming_the_row(row: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rules.read_grounds(f"code,name,sorts,remedies,evidence,since,until,basis\n{row}\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("appeal_working_days = 0", "appeal_working_days"),
        ("appeal_working_days = true", "appeal_working_days"),
        ("apeal_working_days = 5", "unknown key apeal_working_days"),
        ("since = 2026-01-01T00:00:00", "since"),
    ],
)
def test_refuse_limits_naming_the_key(line: str, said: str) -> None:
    good = {
        "since": "2026-01-01T00:00:00+08:00",
        "appeal_working_days": "5",
        "correction_working_days": "10",
        "evidence_at_most": "20",
        "words_at_most": "2000",
    }
    key, _, value = line.partition(" = ")
    table = "\n".join(f"{name} = {number}" for name, number in (good | {key: value}).items())
    with pytest.raises(ValueError, match=said):
        rules.read_limits(f"[[limits]]\n{table}\n")


def test_use_the_limits_in_force_when_they_were_changed() -> None:
    rows = [("2027-01-01T00:00:00+08:00", 3), ("2026-01-01T00:00:00+08:00", 5)]
    table = "".join(
        f"[[limits]]\nsince = {since}\nappeal_working_days = {days}\ncorrection_working_days = 10\n"
        "evidence_at_most = 20\nwords_at_most = 2000\n"
        for since, days in rows
    )
    assert [one.appeal_working_days for one in rules.read_limits(table)] == [5, 3]
