"""Signing keys: one is made at first need, shared by all instances, and published without its private part."""

import json
from datetime import timedelta
from typing import Any

from joserfc.jwk import OKPKey

from services.identity import sealing
from services.identity.keys import store
from services.identity.settings import Settings
from shared.database.tx import Tx
from shared.web import tokens

STILL_PUBLISHED = timedelta(seconds=tokens.LIFE_S + tokens.LEEWAY_S)
"""How long a retired key is published: until the last token that it signed is over."""


async def signing_key(tx: Tx, settings: Settings) -> OKPKey:
    """The current key. If there is none, one is made and stored, sealed; instances that start at once share it."""
    kept = await store.signing_key(tx)
    if kept is None:
        made = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": tokens.ALGORITHM}, auto_kid=True)
        kid = made.thumbprint()
        plain = json.dumps(made.as_dict(private=True)).encode()
        sealed = sealing.seal(settings.sealing_bytes, plain, _place(kid))
        await store.add_signing_key(tx, kid, sealed, made.as_dict(private=False))
        kept = await store.signing_key(tx)
    assert kept is not None
    kid, sealed = kept
    return OKPKey.import_key(json.loads(sealing.unseal(settings.sealing_bytes, sealed, _place(kid))))


async def published_keys(tx: Tx, settings: Settings) -> list[dict[str, Any]]:
    """The public halves, as JWKs (RFC 7517, RFC 8037)."""
    await signing_key(tx, settings)
    return await store.published_keys(tx, tx.now - STILL_PUBLISHED)


def _place(kid: str) -> str:
    return f"signing_key/{kid}"
