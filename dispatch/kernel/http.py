"""The API's base: strict schemas with Chinese messages, one text field, aware instants, and problem+json as the only error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import marshmallow as ma
from flask import Flask
from flask_smorest import Api, Blueprint
from marshmallow import fields, validate
from webargs.flaskparser import FlaskParser, abort
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import HTTPException

from dispatch.kernel.problems import answer, problem_of_http
from dispatch.kernel.route_rules import public

__all__ = ["ApiBlueprint", "HotlineApi", "Instant", "ProblemSchema", "Schema", "Words", "fields", "validate"]

View = TypeVar("View", bound=Callable[..., Any])

PREFIX = "/api/v1"
OPENAPI_VERSION = "3.1.0"
LONGEST_WORDS = 20_000  # characters; a call of an hour written down word by word is shorter
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL has no NUL, UTF-8 no lone surrogates
CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")

# What marshmallow says, in Chinese; the classes' own tables are the place it gives for that.
_MESSAGES: dict[type[fields.Field[Any]], dict[str, str]] = {
    fields.Field: {"required": "必填。", "null": "不能为空。", "validator_failed": "取值有误。"},
    fields.String: {"invalid": "须为文字。", "invalid_utf8": "文字须为 UTF-8 编码。"},
    fields.Integer: {"invalid": "须为整数。"},
    fields.Number: {"invalid": "须为数字。", "too_large": "数字过大。"},
    fields.Boolean: {"invalid": "须为 true 或 false。"},
    fields.DateTime: {
        "invalid": "须为带时区的 ISO 8601 时间，例如 2026-11-22T12:00:00+08:00。",
        "invalid_awareness": "时间须带时区，例如 2026-11-22T12:00:00+08:00。",
        "format": "无法表示为时间。",
    },
    fields.List: {"invalid": "须为列表。"},
    fields.Nested: {"type": "须为对象。"},
    fields.Dict: {"invalid": "须为对象。"},
}
for _field, _texts in _MESSAGES.items():
    _field.default_error_messages = {**_field.default_error_messages, **_texts}
validate.Length.message_min = "至少 {min} 个字符。"
validate.Length.message_max = "至多 {max} 个字符。"
validate.Length.message_all = "须为 {min} 至 {max} 个字符。"
validate.Length.message_equal = "须为 {equal} 个字符。"
validate.Range.message_min = "须{min_op} {{min}}。"
validate.Range.message_max = "须{max_op} {{max}}。"
validate.Range.message_all = "须{min_op} {{min}} 且{max_op} {{max}}。"
validate.Range.message_gte, validate.Range.message_gt = "不小于", "大于"
validate.Range.message_lte, validate.Range.message_lt = "不大于", "小于"
validate.OneOf.default_message = "须为以下之一：{choices}。"
validate.Regexp.default_message = "格式有误。"


class Schema(ma.Schema):
    """Base of every schema of the API: a field that we do not know is an error, never ignored."""

    error_messages = {"unknown": "未知字段。", "type": "须为对象。"}

    class Meta:
        """Unknown fields are refused."""

        unknown = ma.RAISE


class Words(fields.String):
    """Text a person wrote: no NUL, no lone surrogates, no control characters; line ends as ``\\n``, edges stripped.

    ``longest`` in characters after stripping; ``is_blank_allowed`` lets an empty text pass.
    """

    default_error_messages = {
        "unwritable": "含有无法保存的字符(空字符或残缺的 Unicode 代理项)。",
        "control": "含有控制字符。",
        "too_long": "至多 {longest} 个字符，现有 {length} 个。",
        "blank": "不能为空。",
    }

    def __init__(self, *, longest: int = LONGEST_WORDS, is_blank_allowed: bool = False, **kwargs: Any) -> None:
        metadata = {"maxLength": longest, **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)
        self.longest = longest
        self.is_blank_allowed = is_blank_allowed

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if UNWRITABLE.search(text):
            raise self.make_error("unwritable")
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if CONTROL.search(text):
            raise self.make_error("control")
        if len(text) > self.longest:
            raise self.make_error("too_long", longest=self.longest, length=len(text))
        if not text and not self.is_blank_allowed:
            raise self.make_error("blank")
        return text


class Instant(fields.AwareDateTime):
    """An ISO 8601 instant with its offset; a naive one is refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)


class ProblemSchema(ma.Schema):
    """RFC 9457 problem details with our stable code, the fields at fault and the request's id."""

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    code = ma.fields.String(required=True, metadata={"description": "稳定的错误代码"})
    detail = ma.fields.String(required=True, metadata={"description": "给用户看的中文说明"})
    request_id = ma.fields.String(required=True)
    faults = ma.fields.Dict(data_key="fields", keys=ma.fields.String(), values=ma.fields.List(ma.fields.String()))
    details = ma.fields.Dict(keys=ma.fields.String())


class StrictParser(FlaskParser):
    """JSON read strictly: no NaN or Infinity, no name twice, no nesting deep enough to end the process.

    An unknown query parameter is refused like an unknown field: a mistyped filter must not give the unfiltered list.
    """

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": None}

    def _raw_load_json(self, req: Any) -> Any:
        if not req.mimetype.endswith("json"):
            if req.get_data(cache=True):
                abort(415)
            return ma.missing
        try:
            return json.loads(req.get_data(cache=True), parse_constant=_refuse, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            place = f"第 {error.lineno} 行第 {error.colno} 列" if isinstance(error, json.JSONDecodeError) else ""
            reason = f"{place}不是合法的 JSON。"
            abort(400, exc=error, messages={"json": {"_schema": [reason]}})

    def load_files(self, req: Any, schema: Any) -> Any:
        """A multipart form as the one thing it is: its files and its fields."""
        return self._makeproxy(CombinedMultiDict([req.form, req.files]), schema)


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a name is given twice")
    return read


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """flask-smorest's blueprint with the strict parser, and with decorators that keep a view's type."""

    ARGUMENTS_PARSER = StrictParser()

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        """A view below the blueprint's prefix, in the description too."""
        return cast(Callable[[View], View], super().route(rule, **options))

    def arguments(self, schema: Any, **options: Any) -> Callable[[View], View]:
        """What the view takes: read, checked and handed over as its last positional argument."""
        made = schema() if isinstance(schema, type) else schema  # once, not with each request
        return cast(Callable[[View], View], super().arguments(made, **options))

    def response(self, status_code: int, schema: Any = None, **options: Any) -> Callable[[View], View]:
        """What the view answers."""
        return cast(Callable[[View], View], super().response(status_code, schema, **options))

    def alt_response(self, status_code: int, **options: Any) -> Callable[[View], View]:
        """What the view may answer instead."""
        return cast(Callable[[View], View], super().alt_response(status_code, **options))


class HotlineApi(Api):  # type: ignore[misc]
    """flask-smorest's Api, answering every error as the rest of the application does."""

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask | None = None, *, title: str, version: str = "v1") -> None:
        super().__init__(app, spec_kwargs={"title": title, "version": version, "openapi_version": OPENAPI_VERSION})

    def init_app(self, app: Flask, *, spec_kwargs: dict[str, Any] | None = None) -> None:
        """Hang into ``app``; the description is at ``/api/v1/openapi.json``."""
        app.config.setdefault("OPENAPI_URL_PREFIX", PREFIX)
        super().init_app(app, spec_kwargs=spec_kwargs)

    def _register_error_handlers(self) -> None:
        """Nothing: ``problems.install`` has registered them for API and pages alike."""

    @public("what can be asked and how is no secret", is_anonymous=True)
    def _openapi_json(self) -> Any:
        """The description of the API."""
        return super()._openapi_json()

    def handle_http_exception(self, error: HTTPException) -> Any:
        """The problem+json of an HTTP error."""
        return answer(problem_of_http(error))
