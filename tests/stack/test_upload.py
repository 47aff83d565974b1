"""A person who sends files by the API: every address is the store's own, which checks signatures."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import urllib3

from tests.media import clip
from tests.stack.library import Library, until


@dataclass(frozen=True)
class Person:
    """A client of the API."""

    library: Library
    name: str = "ann"

    def ask(self, method: str, path: str, body: object = None, token: str | None = None) -> urllib3.BaseHTTPResponse:
        """Ask the API; without a token of one's own, with the stack's."""
        headers = {"Authorization": f"Bearer {token or self.library.stack.api_token}"} if token != "" else {}
        sent = json.dumps(body).encode() if body is not None else None
        return urllib3.request(method, f"{self.library.stack.api_url}/api/v1{path}", body=sent, headers=headers, timeout=60)

    def create(self, body: bytes, file_name: str = "talk.mp4", **fields: object) -> Any:  # noqa: ANN401  # JSON
        """Announce a file."""
        wish = {"client_id": self.name, "file_name": file_name, "file_size": len(body), "content_type": "video/mp4", **fields}
        answer = self.ask("POST", "/item", wish)
        assert answer.status == 201, answer.data
        return answer.json()

    def send(self, item: Mapping[str, Any], body: bytes) -> Any:  # noqa: ANN401  # JSON
        """Send a file of one part, and say so."""
        etag = put(item, body).headers["ETag"]
        answer = self.ask("POST", f"{place(item)}/complete", {"parts": [{"number": 1, "etag": etag}]})
        assert answer.status == 200, answer.data
        return answer.json()

    def wait(self, item: Mapping[str, Any], *phases: str) -> Any:  # noqa: ANN401  # JSON
        """Look until an item is in one of these phases."""
        last: list[Any] = [None]

        def there() -> object:
            last[0] = self.ask("GET", place(item)).json()
            return last[0] if last[0]["phase"] in phases else None

        return until(there, lambda: f"the item stayed {last[0]}")


@pytest.fixture
def person(library: Library) -> Person:
    return Person(library)


def place(item: Mapping[str, Any]) -> str:
    return f"/item/{item['client_id']}/{item['item_id']}"


def put(item: Mapping[str, Any], body: bytes, url: str = "", **headers: str) -> urllib3.BaseHTTPResponse:
    """Put a part to the address that was given for it, or to another one."""
    return urllib3.request("PUT", url or item["upload"]["parts"][0]["url"], body=body, headers=headers, retries=False, timeout=60)


def test_an_upload_ends_as_a_video(person: Person) -> None:
    body = clip("blink").read_bytes()
    item = person.create(body)
    person.send(item, body)
    ended = person.wait(item, "ready", "failed", "rejected")
    assert (ended["status"], ended["progress"], ended["watchable"]) == ("finished_successful", 100, True)


def test_the_page_of_an_upload_is_there(person: Person) -> None:
    body = clip("blink").read_bytes()
    item = person.create(body, "paged.mp4")
    person.send(item, body)
    person.wait(item, "ready")
    assert until(lambda: person.library.page(item["page"]) or None, lambda: f"{item['page']} is not there")


def test_a_file_that_is_no_video_is_rejected_with_a_reason(person: Person) -> None:
    body = b"this is no video" * 100
    item = person.create(body)
    person.send(item, body)
    ended = person.wait(item, "rejected", "ready", "failed")
    assert (ended["status"], set(ended["reason"])) == ("rejected", {"code", "message", "todo"})


def test_a_file_that_changed_on_its_way_is_rejected_before_any_work(person: Person) -> None:
    body = clip("blink").read_bytes()
    item = person.create(body, sha512_checksum=hashlib.sha512(body).hexdigest())
    person.send(item, bytes([body[0] ^ 1]) + body[1:])
    ended = person.wait(item, "rejected", "ready", "failed")
    assert (ended["status"], ended["reason"]["code"]) == ("rejected", "wrong_checksum")


def test_a_file_with_its_own_checksum_is_taken(person: Person) -> None:
    body = clip("blink").read_bytes()
    item = person.create(body, sha512_checksum=hashlib.sha512(body).hexdigest())
    person.send(item, body)
    assert person.wait(item, "rejected", "ready", "failed")["phase"] == "ready"


@pytest.mark.parametrize("body", [b"hell", b"hello!", b""], ids=["shorter", "longer", "empty"])
def test_a_part_of_another_size_is_refused_by_the_store(person: Person, body: bytes) -> None:
    assert put(person.create(b"hello"), body).status == 403


@pytest.mark.parametrize("what", ["talk.mp4", "partNumber=1", "X-Amz-Expires=900", "/ann/"])
def test_a_tampered_address_is_refused_by_the_store(person: Person, what: str) -> None:
    item = person.create(b"hello")
    url = item["upload"]["parts"][0]["url"]
    assert what in url
    changed = {"talk.mp4": "tale.mp4", "partNumber=1": "partNumber=2", "X-Amz-Expires=900": "X-Amz-Expires=90000", "/ann/": "/bob/"}
    assert put(item, b"hello", url.replace(what, changed[what])).status in {400, 403, 404}


def test_the_type_of_the_file_is_the_one_that_was_announced(person: Person) -> None:
    item = person.create(b"hello", content_type="video/webm")
    etag = put(item, b"hello", **{"Content-Type": "text/html"}).headers["ETag"]
    person.ask("POST", f"{place(item)}/complete", {"parts": [{"number": 1, "etag": etag}]})
    key = f"ann/{item['item_id']}/talk.mp4"
    assert person.library.s3.head_object(Bucket=person.library.stack.inbox_bucket, Key=key)["ContentType"] == "video/webm"


def test_another_type_than_video_or_sound_is_refused(person: Person) -> None:
    wish = {"client_id": "ann", "file_name": "talk.mp4", "file_size": 5, "content_type": "text/html"}
    answer = person.ask("POST", "/item", wish)
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "#/content_type")


@pytest.mark.parametrize("token", ["", "wrong"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/item"), ("GET", "/item/ann"), ("DELETE", "/item/ann/x")])
def test_without_the_token_nothing_is_answered(person: Person, method: str, path: str, token: str) -> None:
    answer = person.ask(method, path, {} if method == "POST" else None, token=token)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="reelbucket"')


def test_anybody_may_ask_whether_the_server_is_there(person: Person) -> None:
    assert person.ask("GET", "/health", token="").status == 200


def test_an_unknown_route_is_a_problem(person: Person) -> None:
    answer = person.ask("GET", "/nothing")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_browser_may_ask_from_another_origin(person: Person) -> None:
    url = f"{person.library.stack.api_url}/api/v1/item"
    asked = {"Origin": person.library.stack.endpoint, "Access-Control-Request-Method": "POST"}
    answer = urllib3.request("OPTIONS", url, headers=asked, timeout=60)
    assert (answer.status // 100, answer.headers["Access-Control-Allow-Origin"]) == (2, "*")


def test_a_file_in_parts_arrives_whole(person: Person) -> None:
    body = os.urandom(16 * 1024**2) + b"tail"
    item = person.create(body)
    size = item["upload"]["part_size"]
    parts = [
        {"number": part["number"], "etag": put(item, body[at : at + size], part["url"]).headers["ETag"]}
        for part in item["upload"]["parts"]
        for at in [(part["number"] - 1) * size]
    ]
    person.ask("POST", f"{place(item)}/complete", {"parts": parts})
    key = f"ann/{item['item_id']}/talk.mp4"
    assert person.library.s3.get_object(Bucket=person.library.stack.inbox_bucket, Key=key)["Body"].read() == body


def test_a_deleted_video_goes_from_the_site(person: Person) -> None:
    body = clip("blink").read_bytes()
    item = person.create(body, "leaving.mp4")
    person.send(item, body)
    person.wait(item, "ready")
    until(lambda: "leaving" in person.library.page(item["page"]) or None, lambda: "the page never came")
    assert person.ask("DELETE", place(item)).status == 204
    until(lambda: "leaving" not in person.library.page(item["page"]) or None, lambda: "the page stayed")
    assert person.ask("GET", place(item)).status == 404


def test_a_delete_while_a_file_is_on_its_way_leaves_nothing(person: Person) -> None:
    item = person.create(b"hello")
    etag = put(item, b"hello").headers["ETag"]
    person.ask("DELETE", place(item))
    answer = person.ask("POST", f"{place(item)}/complete", {"parts": [{"number": 1, "etag": etag}]})
    assert (answer.status, person.library.keys(person.library.stack.inbox_bucket, f"ann/{item['item_id']}/")) == (404, [])


def test_pages_of_items_join(person: Person) -> None:
    pager = Person(person.library, name=f"pager-{uuid4()}")  # of this run: the stack may be an older one
    made = {pager.create(b"hello")["item_id"] for _ in range(3)}
    first = pager.ask("GET", f"/item/{pager.name}?limit=2").json()
    rest = pager.ask("GET", f"/item/{pager.name}?{urlencode({'limit': 2, 'cursor': first['next']})}").json()
    assert {item["item_id"] for item in first["items"] + rest["items"]} == made
