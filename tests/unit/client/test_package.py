import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
IMPORT = re.compile(r"^from (functions[\w.]*) import (\w+)", re.MULTILINE)


def module(package: str, name: str) -> str:
    """Give the file that an import asks for: `from functions.common import keys` is of keys."""
    path = package.replace(".", "/")
    return f"{path}/{name}.py" if (ROOT / path).is_dir() else f"{path}.py"


def test_what_the_command_shares_with_the_functions_is_in_its_package() -> None:
    shared = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    files = [*map(ROOT.joinpath, shared), *(ROOT / "client" / "reel").glob("*.py")]
    asked = {module(*found) for file in files for found in IMPORT.findall(file.read_text())}

    assert asked == {path for path in shared if not path.endswith("__init__.py")}
    assert {path: path for path in shared} == shared
