"""What another program wrote straight into a collection, announced as if it had been saved here.

Life of an event:  **change stream** → signal → event → log → bus → hub → consumer → browser
The announcement, and how far the stream was read, are one transaction: a change is told once,
also when this process dies between. Synchronous; ``watch.py`` reads the stream.
"""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model as DjangoModel
from django.db.models.signals import post_delete, post_save

from realtime import log
from realtime.models import Model
from realtime.mongodb.rows import GONE, MARK
from realtime.transactions import atomic

#: Collection → how far its stream was read.
TOKENS = "realtime_token"

Change = Mapping[str, Any]


class TokenMoved(Exception):
    """Somebody else reads this collection's stream: only one process may."""


def models() -> dict[str, type[Model]]:
    """Collection → the model whose rows announce themselves when they are saved."""
    return {
        model._meta.db_table: model
        for model in apps.get_models()
        if issubclass(model, Model) and post_save.has_listeners(model)
    }


def is_ours(change: Change) -> bool:
    """Whether this site made the change, and so has announced it."""
    kind = change["operationType"]
    if kind == "update":
        updated = (change.get("updateDescription") or {}).get("updatedFields") or {}
        return MARK in updated or GONE in updated
    if kind == "delete":
        return bool((change.get("fullDocumentBeforeChange") or {}).get(GONE))
    return MARK in (change.get("fullDocument") or {})


def token_of(collection: str) -> Any:
    """How far the stream was read; None where it never was."""
    row = _tokens().find_one({"_id": collection})
    return None if row is None else row["token"]


def forget_token(collection: str) -> None:
    """The stream begins anew."""
    _tokens().delete_many({"_id": collection})


def take(model: type[Model], changes: list[Change], *, before: Any, token: Any) -> int:
    """Announce what others did, and keep the token behind it; how many changes were told.

    ``before`` is the token that was kept last; raises TokenMoved when another is kept now.
    """
    with atomic():
        _keep(model._meta.db_table, before, token)
        return sum(_announce(model, change) for change in changes)


def skip(collection: str, *, before: Any, token: Any) -> None:
    """Go on from ``token``, and give the log another epoch: what lies between is not told.

    Both or neither; a ``token`` of None is that of a server which has none yet.
    """
    with atomic():
        if token is None:
            forget_token(collection)
        else:
            _keep(collection, before, token)
        log.begin_anew()


def _keep(collection: str, before: Any, token: Any) -> None:
    if before is None:
        _tokens().insert_many([{"_id": collection, "token": token}])
        return
    kept = [{"$set": {"token": {"$literal": token}}}]
    if not _tokens().update_many({"_id": collection, "token": before}, kept).matched_count:
        raise TokenMoved(f"another process reads the changes of {collection}")


def _announce(model: type[Model], change: Change) -> bool:
    kind, key = change["operationType"], change["documentKey"]["_id"]
    if kind == "delete":
        return _announce_gone(model, change.get("fullDocumentBeforeChange"))
    if not connection.get_collection(model._meta.db_table).hold(key):
        return False  # gone meanwhile, which is told in its turn
    # As it is under the lock: what is told of one row has one order, whoever wrote it.
    row = model._base_manager.get(pk=key)
    post_save.send(
        sender=model,
        instance=row,
        created=kind == "insert",
        raw=False,
        using=connection.alias,
        update_fields=None,
    )
    return True


def _announce_gone(model: type[Model], document: Mapping[str, Any] | None) -> bool:
    """Nothing where the server does not keep how documents were: there is nobody to tell."""
    if document is None:
        return False
    row = instance(model, document)
    post_delete.send(sender=model, instance=row, using=connection.alias, origin=row)
    return True


def instance(model: type[DjangoModel], document: Mapping[str, Any]) -> Any:
    """A document as an instance of its model."""
    values = []
    for field in model._meta.concrete_fields:
        value, column = document.get(field.column), field.get_col(model._meta.db_table)
        converters = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        for convert in converters:
            value = convert(value, column, connection)
        values.append(value)
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, names, values)


def _tokens() -> Any:
    connection.ensure_connection()
    return connection.get_collection(TOKENS)
