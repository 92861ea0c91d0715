"""Roles as data, the separation of administrators, and a stated rule on every route."""

from __future__ import annotations

from threading import Thread

import pytest

import wsgi
from dispatch.access import permissions, services
from dispatch.kernel.db import transaction
from dispatch.kernel.errors import DomainError
from dispatch.kernel.route_rules import routes

ROLES = {
    "operator",
    "unit_officer",
    "unit_head",
    "grid_worker",
    "district_supervisor",
    "city_supervisor",
    "follow_up_agent",
    "evaluator",
    "adjudicator",
    "system_admin",
    "security_admin",
    "audit_admin",
}


def test_every_route_states_its_rule_when_the_application_is_whole(config) -> None:
    stated = list(routes(wsgi.create_app(config)))
    assert len(stated) > 5
    assert [route for route in stated if route[3] is None] == []


def test_every_permission_asked_for_exists_when_routes_name_it(config) -> None:
    asked = {permission for *_, rule in routes(wsgi.create_app(config)) if rule for permission in rule.permissions}
    assert asked <= permissions.all_permissions()


def test_route_is_closed_when_it_states_no_rule(app) -> None:
    app.add_url_rule("/forgotten", view_func=lambda: "open")
    assert app.test_client().get("/forgotten").status_code == 403


def test_table_knows_every_role_when_read() -> None:
    assert permissions.permissions_by_role().keys() == ROLES == permissions.ROLE_NAMES.keys()
    assert all(permissions.permissions_by_role().values())


def test_scopes_name_real_permissions_when_read() -> None:
    assert frozenset().union(*permissions.scopes().values()) == permissions.all_permissions()


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ("unit_officer", "ticket.accept"),
        ("unit_officer", "identity.look"),
        ("grid_worker", "identity.look"),
        ("grid_worker", "ticket.contact"),
        ("grid_worker", "ticket.acknowledge"),
        ("unit_officer", "field.report"),
        ("evaluator", "identity.look"),
        ("evaluator", "ticket.contact"),
        ("operator", "ranking.view_all"),
        ("system_admin", "account.manage"),
        ("system_admin", "audit.view"),
        ("security_admin", "audit.view"),
        ("audit_admin", "account.manage"),
        ("system_admin", "ticket.view"),
        ("audit_admin", "ticket.view"),
    ],
)
def test_role_lacks_permission_when_duties_are_apart(role: str, permission: str) -> None:
    assert permission not in permissions.permissions_of({role})


def test_account_is_refused_when_it_would_hold_two_administrators(account) -> None:
    with pytest.raises(DomainError, match=r"account\.roles_conflict"):
        account("admin", "system_admin", "audit_admin")


def test_roles_stay_when_change_would_join_two_administrators(app, account, clock, sql) -> None:
    account("admin", "system_admin")
    with app.app_context(), pytest.raises(DomainError, match=r"account\.roles_conflict"), transaction() as session:
        services.set_roles(session, "admin", ["system_admin", "security_admin"], actor="system:test", at=clock.now())
    assert sql("SELECT role FROM account_role") == [("system_admin",)]


def test_roles_stay_when_someone_changes_their_own(app, account, clock) -> None:
    account_id = account("admin", "security_admin")
    with app.app_context(), pytest.raises(DomainError, match=r"account\.own_roles"), transaction() as session:
        services.set_roles(session, "admin", ["system_admin"], actor=f"account:{account_id}", at=clock.now())


@pytest.mark.parametrize(
    ("login", "roles", "code"),
    [
        ("op", ["nonsense"], "account.unknown_role"),
        ("张三", ["operator"], "account.login_unreadable"),
        ("Op One", ["operator"], "account.login_unreadable"),
        ("officer", ["unit_officer"], "account.unit_required"),
    ],
)
def test_account_is_refused_when_something_is_wrong(account, login: str, roles: list[str], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        account(login, *roles)
    assert refused.value.code == code


def test_account_is_refused_when_login_is_taken(account) -> None:
    account("op1", "operator")
    with pytest.raises(DomainError, match=r"account\.login_taken"):
        account("op1", "evaluator")


def test_one_account_is_made_when_two_make_the_same_at_once(app, account, clock) -> None:
    told: list[object] = []

    def second() -> None:
        try:
            told.append(account("op1", "evaluator"))
        except DomainError as refused:
            told.append(refused.code)

    with app.app_context(), transaction() as session:
        values = {"password": "correct horse battery", "roles": ["operator"], "actor": "system:test", "at": clock.now()}
        services.create(session, login="op1", name="甲", **values)
        other = Thread(target=second)
        other.start()
        other.join(0.5)
        assert told == [], "the second waits for the first"
    other.join(30)
    assert told == ["account.login_taken"]


@pytest.mark.parametrize("password", ["short", "x" * 201, "Operator-One"])
def test_password_is_refused_when_weak(app, clock, password: str) -> None:
    with app.app_context(), pytest.raises(DomainError, match=r"account\.password_weak"), transaction() as session:
        services.create(
            session,
            login="operator-one",
            name="甲",
            password=password,
            roles=["operator"],
            actor="system:test",
            at=clock.now(),
        )


def test_password_is_only_a_hash_when_kept(account, sql) -> None:
    account("op1", "operator")
    assert sql("SELECT password_hash FROM account")[0][0].startswith("$argon2id$")


def test_changes_are_logged_when_made(app, account, clock, sql) -> None:
    account_id = account("op1", "operator")
    with app.app_context(), transaction() as session:
        services.set_roles(session, "op1", ["evaluator"], actor="system:test", at=clock.now())
        services.set_password(session, "op1", "another long one", actor="system:test", at=clock.now())
        services.disable(session, "op1", actor="system:test", at=clock.now())
    assert sql("SELECT action, subject, outcome FROM access_log ORDER BY access_log_id") == [
        ("account.create", f"account:{account_id}", "done"),
        ("account.roles", f"account:{account_id}", "evaluator"),
        ("account.password", f"account:{account_id}", "done"),
        ("account.disable", f"account:{account_id}", "done"),
    ]
