"""How long the log is kept, and how what was deleted leaves it for good.

Synchronous; each call is a short transaction, so that it never holds up the numbering. Server
processes do both once a minute; ``manage.py trim_log`` does it anywhere.
"""

from datetime import timedelta

from realtime import log
from realtime.models import LogEntry
from realtime.transactions import atomic

#: Entries that one transaction deletes or erases.
LIMIT = 1_000
#: What is left of an entry that is erased: it has a number, and is for nobody.
ERASED = "{}"


def keep(seconds: int) -> int:
    """Erase what was deleted and trim what is older than ``seconds``; how many were trimmed."""
    while erase():
        pass
    trimmed = 0
    while count := trim(timedelta(seconds=seconds)):
        trimmed += count
    return trimmed


def trim(age: timedelta) -> int:
    """Delete the oldest entries numbered more than ``age`` ago; how many there were.

    What has no number yet is never trimmed. The floor moves in the same transaction.
    """
    with atomic():
        head = log.locked_head()
        oldest = LogEntry.objects.filter(
            seq__gt=head.floor_seq, seq__lte=head.floor_seq + LIMIT, numbered_at__lt=log.now() - age
        )
        floor = oldest.order_by("-seq").values_list("seq", flat=True).first()
        if floor is None:
            return 0
        count, _ = LogEntry.objects.filter(seq__gt=head.floor_seq, seq__lte=floor).delete()
        head.floor_seq = floor
        head.save(update_fields=["floor_seq"])
        return count


def erase() -> int:
    """Empty what was told of subjects that are gone; how many deletions were seen to.

    Only entries that have a number: a lock on one without would hold up the numbering.
    """
    deletions = list(LogEntry.objects.exclude(erases="").filter(seq__isnull=False)[:LIMIT])
    for deletion in deletions:
        subject, before = deletion.erases, LogEntry.objects.filter(seq__lt=deletion.seq)
        told = before.filter(root=deletion.root or subject).exclude(body=ERASED)
        gone = [entry.pk for entry in told if subject in log.decode(entry.body).subjects]
        LogEntry.objects.filter(pk__in=gone).update(body=ERASED)
        LogEntry.objects.filter(pk=deletion.pk).update(erases="")
    return len(deletions)
