"""The API's own description (OpenAPI 3.1.1), made from the table of routes and the types of what is said. PURE."""

import functools
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from functions.api import problem
from functions.api.bodies import SITE
from functions.api.routes import KEY, LIMIT, MOST, PREFIX, ROUTES, Route
from functions.common import keys

ABOUT: Final = (
    "Send videos, sounds and pictures, follow how they are encoded, and fetch what was made of them. An item is a file that was "
    "sent, or is to be. Every refusal is a problem document (RFC 9457) that says what was wrong and what to do."
)
PATH_FIELDS: Final = {"client_id": "client", "item_id": "item", "token_id": "token"}
EVERY: Final = ("unavailable", "internal")  # what each route may answer
GUARDED: Final = ("unauthorized", "forbidden")
HEADERS: Final = {"ETag": {"description": "Changes when the answer does.", "schema": {"type": "string"}}}

type Json = dict[str, Any]


@functools.cache
def description(presets: tuple[str, ...]) -> Mapping[str, Any]:
    """Describe every route. `presets` are the names of those that there are."""
    kinds = [kind for route in ROUTES for kind in (route.takes, route.gives) if kind not in {None, dict}]
    wanted = list(dict.fromkeys([*kinds, problem.Details]))
    _, schemas = msgspec.json.schema_components(wanted, ref_template="#/components/schemas/{name}")
    for taking in ("Wish", "Reencoding"):
        schemas[taking]["properties"]["conversion_type"]["enum"] = [*presets, None]
    paths: Json = {}
    for route in ROUTES:
        path = re.sub(r"<(\w+)>", r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    said = {
        "openapi": "3.1.1",
        "info": {"title": "reelbucket", "version": PREFIX.rpartition("/v")[2], "description": ABOUT},
        "servers": [{"url": f"..{PREFIX.removeprefix('/api')}"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "The operator's token, or one of `reel token`."}
            },
        },
    }
    return dict(msgspec.json.decode(msgspec.json.encode(said)))  # defaults are tuples, where JSON has arrays


def _operation(route: Route) -> Json:
    said: Json = {
        "operationId": route.name,
        "summary": route.says,
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.takes:
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": _reference(route.takes)}}}
    if not route.open:
        said["security"] = [{"token": []}]
    return said


def _parameters(route: Route) -> list[Json]:
    names = re.findall(r"<(\w+)>", route.path)
    path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{keys.FIELDS[PATH_FIELDS[name]]}$"},
        }
        for name in names
    ]
    asked = [
        {"name": name, "in": "header" if name[0].isupper() else "query", "description": text, "schema": _asked(name)}
        for name, text in route.asked.items()
    ]
    return [*path, *asked]


def _asked(name: str) -> Json:
    match name:
        case "limit":
            return {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}
        case "cursor":
            return {"type": "string", "pattern": f"^{keys.FIELDS['item']}$"}
        case "Idempotency-Key":
            return {"type": "string", "pattern": f"^{KEY}$"}
        case "site":
            return {"type": "string", "pattern": f"^{SITE}$"}
        case _:
            return {"type": "string"}


def _responses(route: Route) -> Json:
    found: Json = {str(route.status): _response(route)}
    if "If-None-Match" in route.asked:
        found["304"] = {"description": "What you have still holds.", "headers": HEADERS}
    for kind in (*route.kinds, *(() if route.open else GUARDED), *(("not-found",) if "<" in route.path else ()), *EVERY):
        status, title = problem.KINDS[kind]
        said = found.setdefault(
            str(status), {"description": title, "content": {problem.MEDIA_TYPE: {"schema": _reference(problem.Details)}}}
        )
        if title not in said["description"]:
            said["description"] += f"; or: {title}"
    return dict(sorted(found.items()))


def _response(route: Route) -> Json:
    if route.gives is None:
        return {"description": "Done."}
    content = {"application/json": {"schema": {"type": "object"} if route.gives is dict else _reference(route.gives)}}
    return {"description": "The answer.", "headers": HEADERS, "content": content}


def _reference(kind: type) -> Json:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
