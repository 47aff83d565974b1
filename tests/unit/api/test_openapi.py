"""The description of the API, held to the OpenAPI schema and to what the API does."""

import re

from openapi_spec_validator import validate

from functions.api.openapi import description
from functions.api.problem import KINDS
from functions.api.routes import ROUTES
from functions.common.presets import names
from tests.unit.api.desk import Desk


def test_the_description_is_valid_openapi_3_1() -> None:
    validate(description(names()))


def test_it_is_served_to_anybody(desk: Desk) -> None:
    reply = desk.ask("GET", "/openapi.json", token=None)

    assert (reply.status, reply.body) == (200, description(names()))


def test_every_route_is_described() -> None:
    described = {(method.upper(), path) for path, methods in description(names())["paths"].items() for method in methods}

    assert described == {(route.method, re.sub(r"<(\w+)>", r"{\1}", route.path)) for route in ROUTES}


def test_every_problem_that_a_route_names_is_a_kind() -> None:
    assert {kind for route in ROUTES for kind in route.kinds} <= set(KINDS)
