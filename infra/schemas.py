"""Write the JSON Schema of every stored document, from its class: `make schemas`. A test holds the files equal to the classes."""

import json
from pathlib import Path

import msgspec

from functions.common import model

FOLDER = Path(__file__).parent.parent / "functions" / "common" / "schemas"


def schema_of(kind: type[model.Document]) -> str:
    """Write the schema of one kind of document (JSON Schema 2020-12)."""
    (made,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    own = parts.pop(kind.__name__)
    name = own["properties"]["$schema"]["enum"][0]
    if made["$ref"] != f"#/$defs/{kind.__name__}":
        raise ValueError(f"msgspec refers to {kind.__name__} as {made['$ref']}")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": name}
    return json.dumps({**head, **own, **({"$defs": parts} if parts else {})}, indent=2) + "\n"


def file_of(kind: type[model.Document]) -> Path:
    """Name the file of a kind of document: that of its `$schema`."""
    return FOLDER / str(kind.__struct_config__.tag)


def main() -> None:
    """Write all of them."""
    for kind in model.DOCUMENTS:
        file_of(kind).write_text(schema_of(kind))


if __name__ == "__main__":
    main()
