"""Hangs the console into the application: layout, pages, navigation."""

from __future__ import annotations

from flask import Flask

from dispatch.console import desk_views, home_views, layout, ticket_views, worklist_views
from dispatch.kernel.slots import NavEntry, add_nav

BLUEPRINTS = (
    home_views.blueprint,
    desk_views.blueprint,
    worklist_views.blueprint,
    ticket_views.blueprint,
)

NAVIGATION = (
    NavEntry("话务台", "/desk", ("ticket.accept",), "headset", 10),
    NavEntry("工作台", "/work", ("ticket.acknowledge",), "list-check", 20),
    NavEntry("工单查询", "/tickets", ("ticket.view",), "search", 65),
)


def install(app: Flask) -> None:
    """Register the pages; order: each role's own first page has its lowest number."""
    layout.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    add_nav(app, *NAVIGATION)
