"""Each function's settings: one frozen type, built from the environment that is passed in. PURE.

`template.yaml` sets every variable named here; a test holds the two to each other. Nothing is read at import.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self

PREFIX: Final = "REELBUCKET_"
UNKNOWN: Final = "unknown"  # stands where the template knows no address


class Misconfigured(Exception):  # noqa: N818  # names the variable at fault
    """An environment variable is missing or out of range."""


def read(environment: Mapping[str, str], name: str) -> str:
    """Read one variable. Raises Misconfigured when it is missing or empty."""
    value = environment.get(PREFIX + name, "")
    if not value:
        raise Misconfigured(f"the environment variable {PREFIX}{name} is not set; template.yaml sets it")
    return value


def address(environment: Mapping[str, str], name: str) -> str:
    """Read an address; empty where the template knows none."""
    text = read(environment, name)
    return "" if text == UNKNOWN else text


def number(environment: Mapping[str, str], name: str, least: int) -> int:
    """Read a whole number of at least `least`."""
    text = read(environment, name)
    if not text.isdecimal() or int(text) < least:
        raise Misconfigured(f"{PREFIX}{name} is {text!r}; it must be a whole number of at least {least}")
    return int(text)


@dataclass(frozen=True)
class BucketNames:
    """The four buckets, and how their addresses are written.

    `addressing`: `virtual` on AWS (a young bucket answers path style with a redirect that a browser may not follow), `path`
    on one machine, where `bucket.localhost` does not resolve.
    """

    inbox: str
    work: str
    media: str
    site: str
    addressing: Literal["path", "virtual"]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read the five variables that every function has."""
        return cls(
            inbox=read(environment, "INBOX"),
            work=read(environment, "WORK"),
            media=read(environment, "MEDIA"),
            site=read(environment, "SITE"),
            addressing="path" if read(environment, "ADDRESSING") == "path" else "virtual",
        )


@dataclass(frozen=True)
class QueueSettings:
    """The function's own queue, and its heartbeat.

    `heartbeat_s`: how long a message stays hidden after a beat; a dead worker's message comes back after that, while the
    queue's own visibility, six times the function's timeout, is for throttling.
    """

    url: str
    heartbeat_s: int

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read the two variables of a function that a queue starts."""
        return cls(url=read(environment, "QUEUE_URL"), heartbeat_s=number(environment, "HEARTBEAT_S", 3))


@dataclass(frozen=True)
class IngestSettings:
    """What is accepted, and what is made of it: the preset, and the heights of it that are wanted.

    `max_source_bytes` and `max_source_s` bound the work that one upload can cause.
    """

    preset: str
    rungs: tuple[str, ...]
    max_source_bytes: int
    max_source_s: int

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read ingest's own variables."""
        return cls(
            preset=read(environment, "PRESET"),
            rungs=tuple(read(environment, "RUNGS").split(",")),
            max_source_bytes=number(environment, "MAX_SOURCE_BYTES", 1),
            max_source_s=number(environment, "MAX_SOURCE_SECONDS", 1),
        )


@dataclass(frozen=True)
class CatalogueSettings:
    """What the pages say of the site; `site_url` and `media_url` end with a slash, and are empty where nobody knows them."""

    site_title: str
    site_url: str
    media_url: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read the catalogue's own variables."""
        return cls(
            site_title=read(environment, "SITE_TITLE"),
            site_url=address(environment, "SITE_URL"),
            media_url=address(environment, "MEDIA_URL"),
        )


@dataclass(frozen=True)
class Queues:
    """The addresses of the four stages' queues, or of their dead letters."""

    ingest: str
    transcode: str
    index: str
    catalogue: str


@dataclass(frozen=True)
class SweepSettings:
    """When the sweep acts.

    `first_age_s`: an object younger than that is left to its own event; then the age doubles from one reminder to the next.
    `grace_s`: how long what is dead stays for viewers who still play it; correctness does not need it.
    """

    queues: Queues
    dead: Queues
    first_age_s: int
    grace_s: int

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read the sweep's own variables."""
        stages = ("INGEST", "TRANSCODE", "INDEX", "CATALOGUE")
        return cls(
            queues=Queues(*(read(environment, f"{stage}_QUEUE_URL") for stage in stages)),
            dead=Queues(*(read(environment, f"{stage}_DEAD_URL") for stage in stages)),
            first_age_s=number(environment, "SWEEP_FIRST_AGE_S", 1),
            grace_s=number(environment, "GRACE_S", 0),
        )


@dataclass(frozen=True)
class OidcSettings:
    """The identity provider whose tokens are taken. `claim` of a token names the client."""

    issuer: str
    audience: str
    claim: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self | None:
        """Read the provider's variables; None where there is none."""
        issuer, audience = address(environment, "OIDC_ISSUER"), address(environment, "OIDC_AUDIENCE")
        claim = read(environment, "OIDC_CLAIM")
        if bool(issuer) != bool(audience):
            raise Misconfigured("OidcIssuer and OidcAudience belong together: set both, or neither")
        return cls(issuer, audience, claim) if issuer else None


@dataclass(frozen=True)
class ApiSettings:
    """What the API lets in. `token_parameter` names the SSM SecureString that holds the bearer secret.

    `viewers_parameter`: the one that holds the key of invitations; empty where the library is public.
    `transcode_queue`: where a retry sends the orders of a failed video.
    """

    token_parameter: str
    viewers_parameter: str
    max_source_bytes: int
    transcode_queue: str
    oidc: OidcSettings | None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read the API's own variables."""
        return cls(
            token_parameter=read(environment, "TOKEN_PARAMETER"),
            viewers_parameter=address(environment, "VIEWERS_PARAMETER"),
            max_source_bytes=number(environment, "MAX_SOURCE_BYTES", 1),
            transcode_queue=read(environment, "TRANSCODE_QUEUE_URL"),
            oidc=OidcSettings.of(environment),
        )
