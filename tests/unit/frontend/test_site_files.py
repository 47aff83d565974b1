"""What the scripts say of documents and of each other, against the schemas and the files."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FRONTEND = ROOT / "frontend"
SCHEMAS = ROOT / "functions" / "common" / "schemas"
SCRIPTS = sorted(FRONTEND.glob("*.js"))
PAGES = sorted(FRONTEND.glob("*.html"))
OWN_TYPES = {"Config"}  # config.json is written by the deployment, not by a function


def typedefs() -> Mapping[str, Mapping[str, bool]]:
    """Read each typedef of types.js: its properties, and whether each must be there."""
    blocks = re.findall(r"@typedef \{object\} (\w+)(.*?)\*/", (FRONTEND / "types.js").read_text(), re.DOTALL)
    properties = {name: re.findall(r"@property \{[^}]+\} (\[?)(\w+)", block) for name, block in blocks}
    return {name: {field: not optional for optional, field in found} for name, found in properties.items()}


def schemas() -> Mapping[str, Mapping[str, bool]]:
    """Read the same from the schemas."""
    documents = [json.loads(path.read_text()) for path in sorted(SCHEMAS.glob("*.json"))]
    kinds = {document["title"]: document for document in documents}
    for document in documents:
        kinds |= document.get("$defs", {})
    return {
        name: {field: field in kind.get("required", []) for field in kind.get("properties", {}) if field != "$schema"}
        for name, kind in kinds.items()
    }


@pytest.mark.parametrize("name", sorted(set(typedefs()) - OWN_TYPES))
def test_a_type_of_the_scripts_has_the_fields_of_its_schema(name: str) -> None:
    assert typedefs()[name] == schemas()[name]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_imports_files_of_the_site_only(script: Path) -> None:
    imported = re.findall(
        r"""(?:from|import|import\()\s*["']([^"']+)["']""", re.sub(r"/\*\*.*?\*/", "", script.read_text(), flags=re.DOTALL)
    )
    missing = [name for name in imported if not name.startswith("./vendor/") and not (FRONTEND / name).is_file()]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_has_no_script_or_style_of_its_own(page: Path) -> None:
    assert re.findall(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=", page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_states_a_policy_that_lets_only_the_sites_scripts_run(page: Path) -> None:
    policies = re.findall(r'Content-Security-Policy" content="default-src \'none\';([^"]+)', page.read_text())

    assert [
        re.findall(r"script-src ([^;]+);", policy) in ([], ["'self'"], ["'self' 'wasm-unsafe-eval'"]) for policy in policies
    ] == [True]


@pytest.mark.parametrize("file", [*SCRIPTS, *PAGES, FRONTEND / "style.css"], ids=lambda path: path.name)
def test_nothing_is_loaded_from_another_host(file: Path) -> None:
    assert re.findall(r"""(?:src|href|url|import|from)\s*[=(]?\s*["']?https?://""", file.read_text()) == []


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (FRONTEND / "package-lock.json").read_text()
