"""A failing run made small: lines of its script go, then kinds of faults, while it still fails."""

from collections.abc import Iterator
from dataclasses import fields, replace

from tests.simulation.faults import Faults
from tests.simulation.runner import Recipe, follow

TRIES = 100  # schedules of a smaller recipe until it counts as good


def failure(recipe: Recipe) -> str | None:
    """Say how a recipe fails; None when it does not."""
    try:
        follow(recipe)
    except Exception as error:  # noqa: BLE001  # any failure is one
        return f"{type(error).__name__}: {error}"
    return None


def shrink(recipe: Recipe) -> Recipe:
    """Take away what the failure does not need. A smaller recipe may fail by another schedule."""
    for smaller in _smaller(recipe):
        for seed in (recipe.seed, *range(TRIES)):
            if failure(found := replace(smaller, seed=seed)):
                return shrink(found)
    return recipe


def _smaller(recipe: Recipe) -> Iterator[Recipe]:
    for place in range(len(recipe.script)):
        yield replace(recipe, script=[*recipe.script[:place], *recipe.script[place + 1 :]])
    for field in fields(Faults):
        calmer = recipe.faults.without(field.name)
        if calmer != recipe.faults:
            yield replace(recipe, faults=calmer)
    if recipe.inexact and not recipe.fixed_names:
        yield replace(recipe, inexact=False)
