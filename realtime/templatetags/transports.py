"""For the page: by which transports its client may come."""

from django import template

from realtime.conf import conf

register = template.Library()


@register.simple_tag
def transports() -> str:
    """``websocket,sse,polling``, or what the operator left of it."""
    return ",".join(conf().transports)
