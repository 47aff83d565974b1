"""The published schemas, held to the classes and to real documents."""

import json

import pytest
from jsonschema import Draft202012Validator

from functions.common import schema
from functions.common.model import DOCUMENTS, Current, Document, Fragment, Root
from infra.formats import FILE, formats
from infra.schemas import file_of, schema_of

ID = "abcdefghijklmnop"


def test_the_page_of_formats_says_what_the_schemas_say() -> None:
    assert FILE.read_text() == formats(), "run `make schemas`"


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_schema_file_says_what_the_class_says(kind: type[Document]) -> None:
    assert file_of(kind).read_text() == schema_of(kind), "run `make schemas`"


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_schema_file_is_a_valid_schema(kind: type[Document]) -> None:
    Draft202012Validator.check_schema(json.loads(file_of(kind).read_text()))


def test_a_document_names_its_schema_and_fits_it() -> None:
    body = schema.dump(Root(generation=1))

    Draft202012Validator(json.loads(file_of(Root).read_text())).validate(json.loads(body))


def test_a_document_with_a_field_out_of_range_is_not_written() -> None:
    unborn = Current(id=ID, generation=0)

    with pytest.raises(schema.Malformed, match=r"generation"):
        schema.dump(unborn)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"$schema":"fragment-1.json"}', "missing required field `id`"),
        (b'{"$schema":"fragment-1.json","id":"abcdefghijklmnop","more":1}', "unknown field `more`"),
        (b'{"$schema":"root-1.json","id":"abcdefghijklmnop"}', "Invalid value 'root-1.json'"),
        (b"{", "truncated"),
    ],
)
def test_a_malformed_document_is_refused_with_the_field_at_fault(body: bytes, reason: str) -> None:
    with pytest.raises(schema.Malformed, match=reason):
        schema.load(Fragment, body)


def test_equal_documents_have_equal_bytes() -> None:
    assert schema.dump(Fragment(id=ID)) == schema.dump(Fragment(id=ID))
