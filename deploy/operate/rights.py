"""Users and access lists of a Kafka, made and removed over its own protocol.

aiokafka knows no request for SCRAM users, and one access list a request. Kafka's own tools would take passwords on a
command line, and two seconds each. Numbers are Kafka's: https://kafka.apache.org/protocol.html
"""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, NamedTuple

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.admin import CreateAclsRequest_v1, DeleteAclsRequest_v1, DescribeAclsRequest_v1
from aiokafka.protocol.api import RequestStruct, Response
from aiokafka.protocol.types import CompactArray, CompactBytes, CompactString, Int8, Int16, Int32, Schema, TaggedFields

from shared.log.kafka.reaching import Cluster, says_why, turned_away

CLIENT = "portal-acls"
ASK_S = 10.0
AGAIN_S = 0.02
MECHANISM = 1  # SCRAM-SHA-256
ITERATIONS = 4096  # the least that Kafka takes: the passwords are long and random, and no guess of them is worth a try
SALT_BYTES = 16


class Kind(IntEnum):
    """What a right is about."""

    any, topic, group, cluster, transaction, token, user = range(1, 8)


class Pattern(IntEnum):
    """Whether it is this name or all that begin with it."""

    any, match, exactly, beginning = range(1, 5)


class Doing(IntEnum):
    """What may be done; to read or to write is also to be told of it."""

    any, all, read, write, create, delete, alter, describe, act, describe_configs, alter_configs = range(1, 12)


class Verdict(IntEnum):
    any, deny, allow = range(1, 4)


class Right(NamedTuple):
    """One line of an access list, in the order of Kafka's protocol. Kafka may know numbers that we do not."""

    kind: int
    name: str | None
    pattern: int
    principal: str | None
    host: str | None
    doing: int
    verdict: int

    def __str__(self) -> str:
        verdict, doing, kind = _name(Verdict, self.verdict), _name(Doing, self.doing), _name(Kind, self.kind)
        which = "" if self.pattern == Pattern.exactly else f" ({_name(Pattern, self.pattern)})"
        return f"{verdict} {self.principal} to {doing} {kind} {self.name}{which}"


EVERY = Right(Kind.any, None, Pattern.any, None, None, Doing.any, Verdict.any)


def right(principal: str, doing: Doing, kind: Kind, name: str) -> Right:
    """This principal may do this with exactly this, from wherever it comes."""
    return Right(kind, name, Pattern.exactly, f"User:{principal}", "*", doing, Verdict.allow)


def _name(numbers: type[IntEnum], value: int) -> str:
    return numbers(value).name if value in list(numbers) else str(value)


async def rights(cluster: Cluster) -> set[Right]:
    """All that its access lists say. Raises KafkaError if it is away or we may not ask."""
    async with _asked(cluster) as ask:
        answer = await ask(DescribeAclsRequest_v1(*EVERY))
        _raise_for(answer.error_code, "access lists")
        return {
            Right(kind, name, pattern, *who)
            for kind, name, pattern, lines in answer.resources
            for who in lines
        }  # fmt: skip


async def change_rights(cluster: Cluster, give: Collection[Right], take: Collection[Right]) -> None:
    """What is given first, so that nobody stands without a right between the two."""
    async with _asked(cluster) as ask:
        if give:
            for code, _ in (await ask(CreateAclsRequest_v1(sorted(give)))).creation_responses:
                _raise_for(code, "an access list")
        if take:
            for code, *_ in (await ask(DeleteAclsRequest_v1(sorted(take)))).filter_responses:
                _raise_for(code, "an access list")


async def put_users(cluster: Cluster, passwords: Mapping[str, str]) -> None:
    """SCRAM users with these passwords, made or changed; on return the broker that was asked lets them in."""
    async with _asked(cluster) as ask:
        answer = await ask(_AlterUsersRequest([], [_upsertion(*one) for one in passwords.items()], {}))
        for user, code, *_ in answer.results:
            _raise_for(code, user)
    async with asyncio.timeout(ASK_S):
        for user, password in passwords.items():
            as_user = replace(cluster, user=user, password=password, mechanism="SCRAM-SHA-256")
            while await turned_away(as_user):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(AGAIN_S)


def _upsertion(user: str, password: str) -> tuple[Any, ...]:
    salt = secrets.token_bytes(SALT_BYTES)
    return user, MECHANISM, ITERATIONS, salt, hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS), {}


def _raise_for(code: int, what: str) -> None:
    if code:
        raise for_code(code)(what)


@asynccontextmanager
async def _asked(cluster: Cluster) -> AsyncIterator[Any]:
    client = AIOKafkaClient(client_id=CLIENT, request_timeout_ms=int(ASK_S * 1000), **cluster.client)
    try:
        async with says_why(cluster), asyncio.timeout(ASK_S):
            await client.bootstrap()
        yield lambda struct: client.send(client.get_random_node(), _AsItIs(struct))
    finally:
        await client.close()


@dataclass(frozen=True)
class _AsItIs:
    """A request in the one version that we speak; every Kafka since 2.7 takes them."""

    struct: RequestStruct

    def prepare(self, versions: Mapping[int, tuple[int, int]]) -> RequestStruct:
        if self.struct.API_KEY not in versions:
            raise KafkaError(f"This Kafka does not know request {self.struct.API_KEY}.")
        return self.struct


def _rows(*fields: tuple[str, Any]) -> CompactArray:
    return CompactArray(*fields, ("tags", TaggedFields))


_TEXT, _BYTES = CompactString("utf-8"), CompactBytes


class _AlterUsersResponse(Response):  # type: ignore[misc]  # untyped; AlterUserScramCredentials
    API_KEY, API_VERSION = 51, 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("results", _rows(("user", _TEXT), ("error_code", Int16), ("error_message", _TEXT))),
        ("tags", TaggedFields),
    )


class _AlterUsersRequest(RequestStruct):  # type: ignore[misc]  # untyped
    FLEXIBLE_VERSION = True
    API_KEY, API_VERSION = 51, 0
    RESPONSE_TYPE = _AlterUsersResponse
    SCHEMA = Schema(
        ("deletions", _rows(("name", _TEXT), ("mechanism", Int8))),
        (
            "upsertions",
            _rows(("name", _TEXT), ("mechanism", Int8), ("iterations", Int32), ("salt", _BYTES), ("salted", _BYTES)),
        ),
        ("tags", TaggedFields),
    )
