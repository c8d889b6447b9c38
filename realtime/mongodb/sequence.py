"""Numbers that ascend in the order in which the database gave them, as a sequence does in SQL.

A counter is moved outside of the caller's transaction, so that writers do not meet at it: a
rollback leaves a hole, as elsewhere. Who holds a row's lock takes a higher number than whoever
held it before. A committed number is never given again, also after a failover.
"""

from typing import Any

from django.db import OperationalError
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError
from pymongo.write_concern import WriteConcern

COLLECTION = "realtime_sequence"


def following(wrapper: Any, name: str) -> int:
    """The next number of the sequence of this name, from 1; raises OperationalError."""
    wrapper.ensure_connection()
    # Not `majority`: no member has the commit that uses the number without this, which is older.
    counters = wrapper.database.get_collection(COLLECTION, write_concern=WriteConcern(1))
    while True:
        try:
            counter = counters.find_one_and_update(
                {"_id": name},
                {"$inc": {"last": 1}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:  # another made it meanwhile
            continue
        except PyMongoError as error:
            raise OperationalError(str(error)) from error
        return int(counter["last"])
