"""Hangs the console into the application: layout, pages, navigation."""

from __future__ import annotations

from flask import Flask

from dispatch.console import (
    account_views,
    action_views,
    admin_views,
    alert_views,
    answer_views,
    approval_views,
    archive_views,
    audit_views,
    consultation_views,
    desk_views,
    dispatching_views,
    dispute_views,
    duty_views,
    erasure_views,
    file_views,
    follow_up_views,
    helping_views,
    home_views,
    inbox_views,
    incident_views,
    knowledge_forms,
    knowledge_views,
    layout,
    missed_call_views,
    order_views,
    place_views,
    policy_draft_views,
    policy_views,
    progress_views,
    proposal_views,
    quality_views,
    recheck_views,
    repeat_views,
    supervision_views,
    supplement_views,
    territory_views,
    ticket_views,
    worklist_views,
)
from dispatch.console.supervision_views import is_of_a_unit, is_of_the_hotline
from dispatch.kernel.slots import NavEntry, add_nav

BLUEPRINTS = (
    home_views.blueprint,
    desk_views.blueprint,
    worklist_views.blueprint,
    helping_views.blueprint,
    ticket_views.blueprint,
    action_views.blueprint,
    file_views.blueprint,
    archive_views.blueprint,
    dispatching_views.blueprint,
    supervision_views.blueprint,
    order_views.blueprint,
    inbox_views.blueprint,
    follow_up_views.blueprint,
    recheck_views.blueprint,
    answer_views.blueprint,
    dispute_views.blueprint,
    consultation_views.blueprint,
    proposal_views.blueprint,
    quality_views.blueprint,
    approval_views.blueprint,
    admin_views.blueprint,
    erasure_views.blueprint,
    progress_views.blueprint,
    account_views.blueprint,
    knowledge_views.blueprint,
    repeat_views.blueprint,
    incident_views.blueprint,
    duty_views.blueprint,
    knowledge_forms.blueprint,
    audit_views.blueprint,
    alert_views.blueprint,
    missed_call_views.blueprint,
    supplement_views.blueprint,
    policy_views.blueprint,
    policy_draft_views.blueprint,
    place_views.blueprint,
    territory_views.blueprint,
)

# Each role's own first page has its lowest number; 60 is left to the evaluator's pages.
NAVIGATION = (
    NavEntry("话务台", "/desk", ("ticket.accept",), "headset", 10),
    NavEntry("未接来电", "/missed-calls", ("call.return",), "telephone-x", 15),
    NavEntry("工作台", "/work", ("ticket.acknowledge",), "list-check", 20),
    NavEntry("提醒", "/inbox", ("notice.view",), "bell", 36),
    NavEntry("会商", "/consultations", ("consultation.answer",), "people", 25),
    NavEntry("督办看板", "/district", ("supervision.view",), "eye", 30, is_of_a_unit),
    NavEntry("全市总览", "/city", ("supervision.view",), "grid-1x2", 35, is_of_the_hotline),
    NavEntry("警示", "/alerts", ("alert.see",), "bell", 37),
    NavEntry("延期与挂账", "/approvals", ("extension.decide", "suspension.decide"), "calendar-check", 38),
    NavEntry("督办单", "/orders", ("order.view",), "file-earmark-ruled", 39),
    NavEntry("回访", "/follow-ups", ("follow_up.attempt",), "telephone-outbound", 40),
    NavEntry("异议裁定", "/disputes", ("ticket.rule",), "bank", 50),
    NavEntry("人工派单", "/dispatching", ("ticket.dispatch",), "send-check", 55),
    NavEntry("已知事件", "/incidents", ("incident.view",), "broadcast", 57),
    NavEntry("工单查询", "/tickets", ("ticket.view",), "search", 61),
    NavEntry("首派准确率", "/dispatch-accuracy", ("accuracy.view",), "bullseye", 66),
    NavEntry("仓促办结", "/premature-completions", ("completion.review",), "exclamation-diamond", 67),
    NavEntry("抽查复核", "/rechecks", ("recheck.draw",), "shuffle", 68),
    NavEntry("单位", "/admin/units", ("unit.manage",), "diagram-3", 70),
    NavEntry("地名", "/admin/places", ("unit.manage",), "geo-alt", 71),
    NavEntry("派单目录建议", "/catalogue-proposals", ("catalogue.decide",), "journal-plus", 72),
    NavEntry("值班表", "/duty", ("duty.view",), "calendar-week", 73),
    NavEntry("系统运行", "/admin/system", ("system.view",), "activity", 75),
    NavEntry("时限政策", "/admin/policies", ("policy.view",), "hourglass-split", 76),
    NavEntry("知识库", "/knowledge", ("knowledge.view",), "journal-text", 77),
    NavEntry("账号", "/admin/accounts", ("account.manage",), "people", 80),
    NavEntry("个人信息删除", "/admin/erasures", ("erasure.decide",), "eraser", 82),
    NavEntry("审计", "/audit", ("audit.view",), "shield-check", 90),
)


def install(app: Flask) -> None:
    """Register the pages and their entries in the navigation."""
    layout.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    add_nav(app, *NAVIGATION)
