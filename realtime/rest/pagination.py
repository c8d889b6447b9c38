"""Lists, a page at a time, by the ids of their rows.

A page is bounded by an id rather than by a number, so that rows which come or go meanwhile
neither repeat nor hide others: ``?before=<id>`` has the ids below it, ``?after=<id>`` those above.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

from realtime import log
from realtime.control import Position
from realtime.events import Wire
from realtime.rest.ids import parse_id

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
#: Rows of the whole table among which a page of a list from several sources is looked for first.
NEIGHBOURHOOD = 2_000

#: Where the rows of a list come from: rows, of this table or another, and which of their fields is
#: the key of one of the list. Each has an index with that field at its end.
Sources = Sequence[tuple[QuerySet[Any, Any], str]]

Address = Annotated[
    str, Meta(examples=["https://…/api/posts?before=0199c1d2-6a5e-7c3f-8b1a-2f4d6e8a0b1c"])
]
Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)


class Page(Wire, Generic[Item], frozen=True, kw_only=True):
    """One page of a list."""

    results: list[Item]
    #: Addresses of the pages around this one.
    next: Address | None
    previous: Address | None
    #: The log position from before the rows were read: follow live from it, without a gap.
    cursor: Position


@dataclass(frozen=True)
class Span:
    """Which stretch of a list is asked for: beside the bound, on the side that ``after`` says."""

    limit: int
    bound: UUID | None = None
    after: bool = False

    @classmethod
    def of(cls, request: Request) -> "Span":
        """Raises ValidationError for a parameter that is out of its range."""
        limit = _limit(request.query_params.get("limit"))
        bounds = {name: request.query_params.get(name) for name in ("before", "after")}
        given = {name: text for name, text in bounds.items() if text is not None}
        if not given:
            return cls(limit)
        if len(given) > 1:
            raise ValidationError({"after": _("It cannot be given together with “before”.")})
        ((name, text),) = given.items()
        bound = parse_id(text)
        if bound is None:
            raise ValidationError({name: _("It is no id.")})
        return cls(limit, bound, name == "after")


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    is_number = text.isascii() and text.isdecimal() and len(text) <= 9
    if not is_number or not 1 <= int(text) <= MAX_LIMIT:
        raise ValidationError({"limit": _("It must be a number from 1 to %d.") % MAX_LIMIT})
    return int(text)


def paginate(
    request: Request,
    rows: QuerySet[Row, Row],
    render: Callable[[Sequence[Row]], list[Item]],
    *,
    oldest_first: bool = False,
    sources: Sources = (),
) -> Page[Item]:
    """The page of ``rows`` that the request asks for; raises ValidationError.

    For ``sources`` see :func:`rows_beside`.
    """
    span = Span.of(request)
    cursor = log.cursor()  # before the rows
    # Away from the bound; only then in the list's own direction.
    ascending = span.after if span.bound else oldest_first
    found = rows_beside(rows, span, ascending=ascending, sources=sources)
    taken, more = found[: span.limit], len(found) > span.limit
    behind = span.bound is not None and _is_anything_behind(rows, span)
    if ascending != oldest_first:
        taken.reverse()
        more, behind = behind, more
    page = _Links(request, taken, oldest_first)
    return Page(
        results=render(taken),
        next=page.next() if more else None,
        previous=page.previous() if behind else None,
        cursor=cursor,
    )


def rows_beside(
    rows: QuerySet[Row, Row], span: Span, *, ascending: bool = False, sources: Sources = ()
) -> list[Row]:
    """The rows of a span in the order of ids, and one more if there is one.

    A list from several sources, such as a home feed, has no index of its own, and a database that
    is asked for all of it at once sorts everything. So its page is looked for among the rows of
    the table next to the bound first, by their key. Where these do not fill a page the list is so
    thin that its ``sources`` are asked, each by its own index, for a few keys more than that.
    """
    order, count = "pk" if ascending else "-pk", span.limit + 1
    found = _beside(rows, span).order_by(order)
    if not sources:
        return list(found[:count])
    keys = _beside(rows.model._base_manager.all(), span).order_by(order).values_list("pk")
    for (edge,) in keys[NEIGHBOURHOOD:][:1]:
        near = list(found.filter(**{"pk__lt" if ascending else "pk__gt": edge})[:count])
        if len(near) == count:
            return near
    return _from_sources(found, sources, span, order, count)


def _from_sources(
    found: QuerySet[Row, Row], sources: Sources, span: Span, order: str, count: int
) -> list[Row]:
    """As many keys of each source as may be needed; more when too many of them were hidden."""
    sign, wanted = order.removesuffix("pk"), count
    while True:
        candidates: set[UUID] = set()
        is_all = True
        for rows, key in sources:
            keys = list(
                _beside(rows, span, key).order_by(sign + key).values_list(key, flat=True)[:wanted]
            )
            is_all = is_all and len(keys) < wanted
            candidates.update(keys)
        nearest = sorted(candidates, reverse=bool(sign))[: None if is_all else wanted]
        page = list(found.filter(pk__in=nearest)[:count])
        if is_all or len(page) == count:
            return page
        wanted *= 8


def _beside(rows: QuerySet[Row, Row], span: Span, key: str = "pk") -> QuerySet[Row, Row]:
    if span.bound is None:
        return rows
    return rows.filter(**{f"{key}__gt" if span.after else f"{key}__lt": span.bound})


def _is_anything_behind(rows: QuerySet[Row, Row], span: Span) -> bool:
    return rows.filter(**{"pk__lte" if span.after else "pk__gte": span.bound}).exists()


@dataclass(frozen=True)
class _Links:
    """The addresses of the pages around some rows; without rows there is nothing to go by."""

    request: Request
    rows: Sequence[Model]
    oldest_first: bool

    def next(self) -> str | None:
        return self._url("after" if self.oldest_first else "before", -1)

    def previous(self) -> str | None:
        return self._url("before" if self.oldest_first else "after", 0)

    def _url(self, parameter: str, which: int) -> str | None:
        if not self.rows:
            return None
        url = self.request.build_absolute_uri()
        for old in ("before", "after"):
            url = remove_query_param(url, old)
        pk: Any = self.rows[which].pk
        return replace_query_param(url, parameter, str(pk))
