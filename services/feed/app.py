"""The feed service, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from services.feed.catching_up import commands
from services.feed.mirror import projections
from services.feed.mirror.readiness import Flow
from services.feed.settings import Settings
from services.feed.ways.capture import watch
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.inbox import Folds
from shared.service import Periodic, Service

RAW_TOPIC = "source.council.raw"


def works(settings: Settings) -> Sequence[Periodic]:
    """What it does by itself."""
    own = (
        Periodic(name="begin again", every_s=10, work=commands.begin_again(settings.epoch)),
        Periodic(name="catch up", every_s=1, work=commands.catch_up),
        Periodic(name="forget", every_s=600, work=commands.forget),
    )
    watched = (Periodic(name="watch connector", every_s=3, work=watch.look(settings)),)
    return (*own, *(watched if settings.connect_url else ()))


service = Service(
    name="feed",
    purpose="Emit what the council's case system holds of children, schools and workers, and nothing more.",
    home=Path(__file__).parent,
    settings=Settings,
    says=(Child, Worker, Team, Freshness),
    folds=(Folds(topic=RAW_TOPIC, fold=projections.ingest, group="mirror"),),
    works=works,
    checks=lambda database: (Flow(database).unready,),
    guarded=False,
)
