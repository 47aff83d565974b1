"""Which server: the one that is named, or the local stack of this checkout."""

import getpass
import json
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import urllib3

from .config import Config
from .failures import Misused, Refused, Unreachable

CHECKOUT: Final = Path(__file__).resolve().parents[2]
ROUTES: Final = "/api/v1"
ASK_S: Final = 30  # the API itself gives up after 15


@dataclass(frozen=True)
class Server:
    """A server. `api` is the address before `/item`; `site` and `media` end with a slash, None where only the API is known."""

    api: str
    token: str
    site: str | None = None
    media: str | None = None

    def page(self, relative: str) -> str:
        """Give the address of a page."""
        return self.site + relative if self.site else relative

    def media_url(self, url: str) -> str:
        """Give the address of a file, which may be relative to the media. Raises Misused where nobody knows where they lie."""
        if urlsplit(url).scheme:
            return url
        if self.media is None:
            raise Misused("Where the media lie is not known. Give --server with the site's address, not the API's.")
        return self.media + quote(url)


def connections() -> urllib3.PoolManager:
    """Make the pool of connections of one command. Pieces of 128 kB: at 16 kB Python is busier than the line."""
    return urllib3.PoolManager(maxsize=8, blocksize=128 * 1024, timeout=urllib3.Timeout(connect=10, read=ASK_S))


def find_server(named: str | None, environment: Mapping[str, str], config: Config, pool: urllib3.PoolManager) -> Server:
    """Find the server: the one named on the command line, by REEL_SERVER, in the configuration, or the running local stack.

    The configuration's token is for the configuration's server: another one never sees it. Raises Failed.
    """
    address = named or environment.get("REEL_SERVER") or config.get("server")
    if address:
        configured = config.get("token") if address.rstrip("/") == (config.get("server") or "").rstrip("/") else None
        return _remote(address.rstrip("/") + "/", environment.get("REEL_TOKEN") or configured or "", pool)
    if _stack_file(environment).is_file():
        stack = local_stack(environment)
        return Server(_routes(stack["api_url"]), stack["api_token"], stack["site_url"], stack["media_url"])
    raise Misused(
        "No server is known. `reel config server URL` and `reel config token TOKEN` name one for good, --server or REEL_SERVER "
        "with REEL_TOKEN for once; in a checkout, `make up` starts a server that is found by itself."
    )


def default_client() -> str:
    """Name whoever sends: this user on this machine."""
    name = f"{_user()}-{socket.gethostname()}"
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).lstrip("._-")[:64] or "reel"


def _user() -> str:
    try:
        return getpass.getuser()
    except OSError:  # a container may run under a number that has no name
        return str(os.getuid())


def _remote(address: str, token: str, pool: urllib3.PoolManager) -> Server:
    if urlsplit(address).scheme not in {"http", "https"} or not urlsplit(address).netloc:
        raise Misused(f"{address[:-1]!r} is no server's address. Give one such as https://videos.example.org")
    if not token:
        raise Misused("This server needs a token: the one that its operator gave you. `reel config token TOKEN` keeps it.")
    said = _site_config(address, pool)
    if said is None:
        return Server(_routes(address), token)
    api, media = said
    return Server(_routes(urljoin(address, api)), token, address, urljoin(address, media.rstrip("/") + "/"))


def _site_config(address: str, pool: urllib3.PoolManager) -> tuple[str, str] | None:
    """Ask a site where its API and its media are; None when there is no site at this address, but perhaps the API itself."""
    try:
        answer = pool.request("GET", f"{address}config.json", retries=2)
    except urllib3.exceptions.HTTPError as error:
        raise Unreachable(f"{address} does not answer. Check the address and the connection.") from error
    try:
        config = json.loads(answer.data)
    except ValueError:
        return None
    if not isinstance(config, dict) or "media" not in config:
        return None
    if not isinstance(config.get("api"), str):
        raise Refused(f"{address} is a copy of a site that takes no uploads. Ask its operator for the original's address.")
    return str(config["api"]), str(config["media"])


def _routes(api: str) -> str:
    return api.rstrip("/").removesuffix(ROUTES) + ROUTES


def local_stack(environment: Mapping[str, str]) -> dict[str, str]:
    """Read what `make up` wrote of the local stack. Raises Misused."""
    file = _stack_file(environment)
    try:
        stack = json.loads(file.read_text())
        for name in ("api_url", "api_token", "site_url", "media_url"):
            stack[name]
    except FileNotFoundError as error:
        raise Misused("There is no local stack. `make up` in a checkout starts one.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Misused(f"{file} cannot be read. `make up` writes it anew.") from error
    return dict(stack)


def _stack_file(environment: Mapping[str, str]) -> Path:
    return CHECKOUT / (environment.get("REEL_LOCAL") or ".local") / "stack.json"
