"""Every page of the console, who opens it and where it is: what is checked and photographed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """``path`` may name a ticket of the seeded city: ``/tickets/{red}``. ``login`` None: a passer-by."""

    name: str
    login: str | None
    path: str
    status: int = 200


PAGES = (
    Page("login", None, "/login"),
    Page("citizen", None, "/citizen"),
    Page("citizen-report", None, "/citizen/report"),
    Page("desk", "operator1", "/desk"),
    Page("desk-keys", "operator1", "/desk/shortcuts"),
    Page("accepted", "operator1", "/desk/accepted/{urgent}"),
    Page("dispatching", "operator1", "/dispatching"),
    Page("tickets", "operator1", "/tickets"),
    Page("ticket-hotline", "operator1", "/tickets/{dirty}"),
    Page("field", "grid1", "/field"),
    Page("field-offline", None, "/field/offline"),
    Page("work", "officer1", "/work"),
    Page("handover", "officer1", "/handover"),
    Page("inbox", "officer1", "/inbox"),
    Page("ticket-new", "officer1", "/tickets/{new}"),
    Page("ticket-open", "officer1", "/tickets/{open}"),
    Page("ticket-red", "officer1", "/tickets/{red}"),
    Page("ticket-disputed", "officer1", "/tickets/{disputed}"),
    Page("ticket-closed", "officer1", "/tickets/{followed}"),
    Page("ticket-history", "operator1", "/tickets/{history}"),
    Page("not-found", "officer1", "/tickets/{foreign}", 404),
    Page("forbidden", "officer1", "/desk", 403),
    Page("unit-head", "head1", "/district"),
    Page("duty", "officer1", "/duty"),
    Page("duty-head", "head1", "/duty"),
    Page("duty-district", "district1", "/duty"),
    Page("duty-city", "city1", "/duty"),
    Page("district", "district1", "/district"),
    Page("city", "city1", "/city"),
    Page("board-tickets", "city1", "/board/tickets?figure=open"),
    Page("walls", "city1", "/walls"),
    Page("wall", "district1", "/wall"),
    Page("wall-link", None, "/wall/{wall}"),
    Page("rankings", None, "/rankings"),
    Page("follow-ups", "followup1", "/follow-ups"),
    Page("follow-up", "followup1", "/follow-ups/{due}"),
    Page("disputes", "adjudicator1", "/disputes"),
    Page("dispute", "adjudicator1", "/disputes/{disputed}"),
    Page("units", "system1", "/admin/units"),
    Page("units-below", "system1", "/admin/units?under=110101"),
    Page("unit-uploads", "system1", "/admin/units/uploads"),
    Page("unit-upload", "system1", "/admin/units/uploads/{upload}"),
    Page("policies", "system1", "/admin/policies"),
    Page("calendar", "system1", "/admin/calendar"),
    Page("models", "system1", "/admin/models"),
    Page("policy", "evaluator1", "/admin/policies/1"),
    Page("wordings", "system1", "/admin/templates"),
    Page("wording", "system1", "/admin/templates/message/dispatched"),
    Page("system", "system1", "/admin/system"),
    Page("accounts", "security1", "/admin/accounts"),
    Page("account", "security1", "/admin/accounts/officer2"),
    Page("account-uploads", "security1", "/admin/account-uploads"),
    Page("account-upload", "security1", "/admin/account-uploads/{people}"),
    Page("welcome-over", None, "/welcome/nothing", 410),
    Page("audit-looks", "audit1", "/audit"),
    Page("audit-access", "audit1", "/audit/access"),
    Page("audit-seals", "audit1", "/audit/seals"),
    Page("knowledge", "operator1", "/knowledge?q=暖气"),
    Page("knowledge-article", "operator1", "/knowledge/{article}"),
    Page("knowledge-edit", "city1", "/knowledge/{article}/edit"),
    Page("knowledge-review", "city1", "/knowledge/review"),
    Page("evaluator-home", "evaluator1", "/"),
    Page("ranking-departments", "evaluator1", "/ranking?group=department"),
    Page("ranking-own", "officer1", "/ranking"),
    Page("given-values", "evaluator1", "/ranking/values?kind=inspection&group=district"),
    Page("marks-given", "head1", "/ranking/marks"),
    Page("marks-results", "evaluator1", "/ranking/marks"),
    Page("schemes", "evaluator1", "/schemes"),
    Page("scheme", None, "/schemes/deductions"),
    Page("ranking-trend", "evaluator1", "/ranking/trend?unit=110101001"),
    Page("ranking-categories", "evaluator1", "/ranking/categories?measure=resolution"),
    Page("ranking-hotline", "evaluator1", "/ranking/hotline"),
    Page("ranking-funnel", "evaluator1", "/ranking/funnel"),
    Page("ranking-side-by-side", "evaluator1", "/ranking/side-by-side?against=shanghai"),
    Page("ranking-signals", "evaluator1", "/ranking/signals?all=1"),
    Page("ranking-lift", "officer1", "/ranking/110101001/lift"),
    Page("ranking-tickets", "evaluator1", "/ranking/110101001/tickets?part=valid"),
)
