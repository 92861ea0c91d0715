"""The composition root: the only module that knows both packages, the parts of the application and every command."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch.kernel.collector import uncollected
from dispatch.kernel.command_line import Entry, LazyGroup

if TYPE_CHECKING:
    from flask import Flask

    from dispatch.kernel.clock import Clock
    from dispatch.kernel.config import Config
    from dispatch.unchanged.open_desks import OpenDesks

CONSOLE = Path(__file__).parent / "dispatch" / "console"

# Where every table is declared, and who listens to events: whoever records one must know them, page, command or worker.
ALWAYS = ("dispatch.models", "dispatch.jobs", "assessment.models", "assessment.jobs")

# Functions (app) that hang a part into the application, in this order.
PARTS = (
    "dispatch.access.views:install",
    "dispatch.kernel.health:install",
    "dispatch.supervision.routes:install",
    "dispatch.console.routes:install",
    "dispatch.ringing.views:install",
    "dispatch.unchanged.layer:install",
    "assessment.console.routes:install",
    "assessment.own.views:install",
    "assessment.publications.views:install",
    "assessment.publications.bulletin_pages.views:install",
    "assessment.publications.open_pages.views:install",
    "assessment.exclusions.views:install",
    "assessment.aids.views:install",
    "assessment.hotline.views:install",
    "assessment.given.views:install",
    "assessment.marks.views:install",
    "assessment.boards.views:install",
    "assessment.lifting.views:install",
    "assessment.signals.views:install",
    "assessment.methods.views:install",
)

# All that the process of the ringing desks has: the gate, health, numbers, and its one stream.
RINGING_PARTS = (
    "dispatch.access.guard:install",
    "dispatch.kernel.health:install",
    "dispatch.ringing.views:install",
    "dispatch.ringing.readings:install",
)

# flask-smorest blueprints of the API, each with its own prefix below /api/v1.
API = (
    "dispatch.tickets.api:blueprint",
    "dispatch.actions.api:blueprint",
    "dispatch.follow_ups.api:blueprint",
    "dispatch.hops.api:blueprint",
    "dispatch.files.api:blueprint",
    "dispatch.archives.api:blueprint",
    "dispatch.erasure.api:blueprint",
    "dispatch.disputes.api:blueprint",
    "dispatch.tickets.matter_api:blueprint",
    "dispatch.tickets.changes_api:blueprint",
    "dispatch.suggesting.api:blueprint",
    "dispatch.supervision.api:blueprint",
    "dispatch.notices.api:blueprint",
    "dispatch.notices.wording_api:blueprint",
    "dispatch.merging.api:blueprint",
    "dispatch.incidents.api:blueprint",
    "dispatch.duty.api:blueprint",
    "dispatch.access.calls_api:blueprint",
    "dispatch.access.call_events_api:blueprint",
    "dispatch.outcomes.api:blueprint",
    "dispatch.outcomes.alerts_api:blueprint",
    "dispatch.directory.api:blueprint",
    "dispatch.places.api:blueprint",
    "dispatch.knowledge.api:blueprint",
    "dispatch.policies.api:blueprint",
    "dispatch.learning.api:blueprint",
    "dispatch.catalogue.api:blueprint",
    "assessment.api:blueprint",
    "assessment.behind.api:blueprint",
    "assessment.publications.api:blueprint",
    "assessment.exclusions.api:blueprint",
    "assessment.aids.api:blueprint",
    "assessment.boards.api:blueprint",
    "assessment.hotline.api:blueprint",
    "assessment.lifting.api:blueprint",
    "assessment.signals.api:blueprint",
)

COMMANDS = {
    "suggest": Entry("dispatch.suggesting.cli:suggest", "对一批诉求给出分类、单位和理由"),
    "routing": Entry("dispatch.tuning.cli:routing", "派单：解释一件工单、直派门槛曲线、从工单学习地名"),
    "demo": Entry("dispatch.demo.cli:demo", "一条命令看到全部：示例城市、一个月的诉求、网页"),
    "serve": Entry("dispatch.kernel.serve_cli:serve", "运行网页与接口", is_quick=True),
    "ringing": Entry("dispatch.ringing.cli:ringing", "推送来电振铃给话务台", is_quick=True),
    "desks": Entry("dispatch.unchanged.cli:desks", "为代理应答工作台的轮询(可选)", is_quick=True),
    "worker": Entry("dispatch.kernel.processes_cli:worker", "执行后台任务"),
    "scheduler": Entry("dispatch.kernel.processes_cli:scheduler", "按时触发周期任务"),
    "relay": Entry("dispatch.kernel.processes_cli:relay", "把待发事项送入队列"),
    "run": Entry("dispatch.kernel.processes_cli:run", "一条命令运行全部角色"),
    "db": Entry("dispatch.kernel.migrate_cli:db", "数据库结构迁移"),
    "accounts": Entry("dispatch.access.cli:accounts", "账号、角色、口令与接口令牌"),
    "import": Entry("dispatch.exchange.cli:import_group", "导入单位、地名、辖区与历史工单"),
    "intake": Entry("dispatch.tickets.cli:intake", "从 JSON 受理诉求"),
    "schemes": Entry("assessment.cli:schemes", "查看考核办法"),
    "train": Entry("dispatch.learning.cli:train", "训练分类模型"),
    "evaluate": Entry("dispatch.learning.cli:evaluate", "评估分类模型"),
    "models": Entry("dispatch.learning.versions_cli:models", "分类模型：列出、启用、停用，按月看偏移"),
    "rank": Entry("assessment.cli:rank", "计算三率排名"),
    "facts": Entry("assessment.fact_files.cli:facts", "考核事实：导出为 Parquet 文件"),
    "bulletin": Entry("assessment.bulletins.cli:bulletin", "生成周通报、月报告:Excel 或 Word"),
    "publications": Entry("assessment.publications.cli:publications", "通报：冻结、核验、更正"),
    "states": Entry("dispatch.machines_cli:states", "把状态表画成图", is_quick=True),
    "calendar": Entry("dispatch.calendars.cli:calendar", "放假安排:查看、预览影响、导入，本市增补"),
    "duty": Entry("dispatch.duty.cli:duty", "值班表：导入班次"),
    "limits": Entry("dispatch.policies.simulate_cli:limits", "用另一份政策重算历史"),
    "policy": Entry("dispatch.policies.cli:policy", "时限与程序政策：查看、检查、发布、撤回"),
    "taxonomy": Entry("dispatch.catalogue.cli:taxonomy", "分类：查看、检查、发布、撤回"),
    "catalogue": Entry("dispatch.catalogue.cli:catalogue", "派单目录：查看、检查、发布、撤回"),
    "wordings": Entry("dispatch.notices.wording_cli:wordings_group", "短信与话术：查看、试填、启用、恢复"),
    "due": Entry("dispatch.limits.cli:due", "按时限规则计算到期时间", is_quick=True),
    "archive": Entry("dispatch.archives.cli:archive", "工单归档、导出与核对电子档案"),
    "repeats": Entry("dispatch.likeness.cli:repeats", "重复诉求：建立内容索引"),
    "search": Entry("dispatch.search.cli:search", "工单检索：为导入的历史建立全文索引"),
    "audit": Entry("dispatch.kernel.audit_cli:audit", "验证事件链与封存"),
    "backup": Entry("dispatch.kernel.cli:backup", "备份到一个文件", is_quick=True),
    "restore": Entry("dispatch.kernel.cli:restore", "从备份恢复", is_quick=True),
    "stop": Entry("dispatch.kernel.cli:stop", "停止内置的数据库与 Redis", is_quick=True),
}


def create_app(
    config: Config | None = None,
    *,
    clock: Clock | None = None,
    machine_clock: Clock | None = None,
    is_web: bool = True,
) -> Flask:
    """The whole application. Without ``config``: from the environment, embedded services started where no address is set.

    Without ``is_web`` it has all tables but neither pages nor API: two fifths less to start and a fifth less memory
    for a command or a worker.
    """
    with uncollected():
        return _create(config, clock, machine_clock, is_web=is_web)


def create_ringing_app(config: Config | None = None) -> Flask:
    """The application of the ringing desks: little memory, and no page but the stream."""
    from dispatch.kernel import application, bootstrap
    from dispatch.ringing.streams import Streams
    from dispatch.ringing.views import EXTENSION

    if config is None:
        config = bootstrap.connect(_configured())
    with uncollected():
        app = application.create_app(config, parts=_load(RINGING_PARTS))
    app.extensions[EXTENSION] = Streams(config.ringing_streams)
    return app


def create_desks_app() -> OpenDesks:
    """The application of ``hotline desks``, for an event loop: the whole, for what has changed is drawn here too."""
    import gc

    from dispatch.unchanged.open_desks import OpenDesks

    app = create_app()
    with app.app_context():
        _warm_up()
    gc.collect()
    gc.freeze()  # what was loaded stays: the collector would look at it for nothing
    return OpenDesks(app)


def _create(config: Config | None, clock: Clock | None, machine_clock: Clock | None, *, is_web: bool) -> Flask:
    from dispatch.access.vault import Vault
    from dispatch.kernel import application, bootstrap
    from dispatch.kernel.database_clock import clock_for

    if config is None:
        config = bootstrap.connect(_configured())
    app = application.create_app(
        config,
        vault=Vault(config.vault_keys, config.blind_index_keys),
        clock=clock or clock_for(config),
        machine_clock=machine_clock,
        static_folder=CONSOLE / "static",
        template_folder=CONSOLE / "templates",
        parts=_load(PARTS) if is_web else (),
    )
    for module in ALWAYS:
        import_module(module)
    import_module("assessment.publications.appeals").connect()
    import_module("assessment.publications.showing").connect()
    if is_web:
        _add_api(app)
        app.extensions["warm_up"] = _warm_up
    return app


def _add_api(app: Flask) -> None:
    from dispatch.kernel.http import HotlineApi

    api = HotlineApi(app, title="12345 热线接口")
    for blueprint in _load(API):
        api.register_blueprint(blueprint)


def _warm_up() -> None:
    """Load what routing needs and every worker then shares: units, places, keywords, the model. Runs in an application context."""
    from dispatch.directory.snapshot import reference
    from dispatch.kernel.application import now
    from dispatch.kernel.db import transaction
    from dispatch.likeness.folding import folded
    from dispatch.likeness.signature import signature
    from dispatch.routing.decision import Matter, decide
    from dispatch.suggesting.judging import judge_of

    signature(folded("热线"))
    with transaction() as session:
        at = now()
        city = reference(session, at)
        decide(Matter(title="", text=""), city, at, judge=judge_of(session, city))


def command_app() -> Flask:
    """The application as commands need it: everything started, migrated and loaded, in an empty HOTLINE_HOME too."""
    import click
    from sqlalchemy.exc import OperationalError

    from dispatch.kernel import bootstrap
    from dispatch.kernel.config import ConfigError
    from dispatch.kernel.services import ServiceError

    try:
        with uncollected():
            return create_app(bootstrap.prepare(_configured()), is_web=False)
    except (ConfigError, ServiceError) as error:
        raise click.ClickException(str(error)) from None
    except OperationalError as error:
        raise click.ClickException(f"连接不上数据库:{str(error.orig).strip().splitlines()[0]}") from None


def _configured() -> Config:
    """The configuration of this process, and its logs set up by it."""
    from dispatch.kernel.config import Config
    from dispatch.kernel.logging import configure_logging

    config = Config.from_environment(os.environ)
    configure_logging(config)
    return config


def _load(targets: Iterable[str]) -> list[Any]:
    """What ``module:name`` stands for."""
    split = (target.partition(":") for target in targets)
    return [getattr(import_module(module), name) for module, _, name in split]


cli = LazyGroup(COMMANDS, create_app=command_app, name="hotline", help="12345 热线:派单、时限、回访与考核。")


def __getattr__(name: str) -> Any:
    """``wsgi:app`` for servers that want an object; built when first asked for."""
    if name == "app":
        globals()["app"] = app = create_app()
        return app
    raise AttributeError(name)
