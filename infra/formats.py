"""Write docs/formats.md, which tells other programs what they may read: `make schemas`. A test holds it equal to the schemas."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from functions.common import keys, model, schema
from functions.common.labels import label
from infra.schemas import schema_of

FILE: Final = Path(__file__).parent.parent / "docs" / "formats.md"
ID: Final = "q7m2kx4hd3v6w5za"
REV: Final = "b3x7c6k2m5p4r7t2"
HASH: Final = "0123456789abcdef"
POSTER: Final = model.Picture(object=f"v/{ID}/{REV}/poster-640-{HASH}.webp", width=640, height=360)
ENTRY: Final = model.Entry(
    id=ID,
    title="On reading slowly",
    date="2026-03-05T10:00:00Z",
    duration_s=3723.4,
    complete=True,
    words=HASH,
    posters=(POSTER,),
    tags=(label("tag", "books"),),
    channel=label("channel", "Evening lectures"),
)
MANIFEST: Final = model.Manifest(
    id=ID,
    generation=9,
    current_generation=2,
    status="ready",
    rev=REV,
    receipts=42,
    progress=1.0,
    playable=model.Playable(
        rev=REV,
        complete=True,
        main=f"v/{ID}/{REV}/main.m3u8",
        duration_s=3723.4,
        available_s=3723.4,
        width=1920,
        height=1080,
        posters=(POSTER,),
        storyboard=f"v/{ID}/{REV}/storyboard.vtt",
    ),
    entry=ENTRY,
    entry_number=2,
    announced=2,
    lists=tuple(sorted({label("tag", "books").list, label("channel", "Evening lectures").list})),
    title="On reading slowly",
    tags=("books",),
    channel="Evening lectures",
    date="2026-03-05T10:00:00Z",
    language="en",
    chapters=(model.Chapter(at=90.5, title="The question"),),
    captions=(model.Captions(object=f"v/{ID}/side/{REV}-{HASH}.vtt", language="en"),),
)
DIRECTORY: Final = keys.DIRECTORY.key(list=keys.ALL, generation=12, hash=HASH)
PAGE: Final = keys.PAGE.key(list=keys.ALL, generation=12, hash=HASH)
MEMBERS: Final = keys.MEMBERS.key(generation=7, hash=HASH)
READ: Final[tuple[tuple[keys.Form, model.Document], ...]] = (
    (keys.MANIFEST, MANIFEST),
    (keys.ROOT, model.Root(generation=12, count=1, newest=(ENTRY,), directories=(model.Ref(object=DIRECTORY, count=1),))),
    (keys.DIRECTORY, model.Directory(pages=(model.Ref(object=PAGE, count=1),))),
    (keys.PAGE, model.Page(entries=(ENTRY,))),
    (keys.LIVE, model.Live(generation=7, bundles=(model.Bundle(members=MEMBERS, count=1),))),
    (keys.MEMBERS, model.Members(members=(model.Member(id=ID, number=2, bytes=11_000),))),
)
HEAD: Final = """# What other programs may read

Everything that the site shows is in files, and a page or a program of your own may read the same ones. This page is written from
the schemas (`make schemas`), which lie beside the site under `schemas/`.

- Each document names its schema in `$schema`, with its major version. From reelbucket 1.0 on, fields are only added within a
  version: a reader leaves alone what it does not know. Until then they may change. What is not there has its default.
- An `object` is a key in the media bucket. Where that is, `config.json` beside the front page says: `{"media": "…"}`, an
  address that ends with a slash, or a path from the site's root.
- The media bucket lets pages of any origin read it. Documents are asked for with their ETag; names with a hash never change.
- Times are UTC (RFC 3339), lengths are seconds, ids are sixteen characters of base32.

Besides: `main.m3u8` and what it names are HLS (RFC 8216), fragmented MP4; captions and storyboards are WebVTT; `feed.xml` is Atom,
`feed.json` JSON Feed 1.1, `sitemap.xml` a sitemap.

[example.html](example.html) is a site of its own in thirty lines. It lies beside `index.html`, or on any host that has a
`config.json` and `vendor/hls.js`; a host that forbids scripts in a page, as the CDN of `template.yaml` does, wants its script as a
file.
"""


def formats() -> str:
    """Write the page."""
    return "\n".join([HEAD, *(line for form, example in READ for line in _document(form, example))])


def _document(form: keys.Form, example: model.Document) -> Iterator[str]:
    kind = type(example)
    said = json.loads(schema_of(kind))
    name = said["properties"]["$schema"]["enum"][0]
    yield f"## {kind.__name__}: `{form.template}`\n\n{said['description']}\n\nSchema: `schemas/{name}`\n"
    yield from _fields(said)
    for part, of_part in said.get("$defs", {}).items():
        if part not in _told_before(kind):
            yield f"### {part}\n\n{of_part['description']}\n"
            yield from _fields(of_part)
    body = json.dumps(json.loads(schema.dump(example)), indent=1, ensure_ascii=False)
    yield f"```json\n{body}\n```\n"


def _told_before(kind: type[model.Document]) -> set[str]:
    """Name the parts that an earlier document has told of."""
    earlier = [type(example) for _, example in READ]
    told = (json.loads(schema_of(each)).get("$defs", {}) for each in earlier[: earlier.index(kind)])
    return {name for parts in told for name in parts}


def _fields(said: dict[str, Any]) -> Iterator[str]:
    yield "| field | type | |\n|---|---|---|"
    required = set(said.get("required", ()))
    for name, of_field in said["properties"].items():
        if name != "$schema":
            always = "always there" if name in required else f"else `{json.dumps(of_field.get('default'))}`"
            told = "; ".join(filter(None, [of_field.get("description", ""), always]))
            yield f"| `{name}` | {_type(of_field)} | {told} |"
    yield ""


def _type(of_field: dict[str, Any]) -> str:
    if "$ref" in of_field:
        return str(of_field["$ref"]).rpartition("/")[2]
    if "anyOf" in of_field:
        return " or ".join(dict.fromkeys(_type(each) for each in of_field["anyOf"] if each.get("type") != "null"))
    if "enum" in of_field:
        return ", ".join(f"`{value}`" for value in of_field["enum"])
    if of_field.get("type") == "array":
        return f"list of {_type(of_field.get('items', {}))}"
    return str(of_field.get("type", "anything"))


def main() -> None:
    """Write the file."""
    FILE.write_text(formats())


if __name__ == "__main__":
    main()
