"""What the live page's script says, in the language of the page."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """By the names that the script knows."""
    return {
        "live": _("Live"),
        "connecting": _("Connecting…"),
        "forbidden": _("You are not staff any more: nothing is shown here."),
        "total": _("All"),
        "reconnect": _("Reconnect"),
        "reconnectProcess": _("Reconnect all sockets of %s"),
        "reconnectSocket": _("Reconnect socket %s"),
        "sureProcess": _("Ask all sockets of %s to reconnect?"),
        "asked": _("Asked to reconnect: %s"),
        "onlyHere": _("Only one server was asked: the others are not reached, for Redis is away."),
        "failed": _("That did not work: %s"),
        "noSockets": _("%s has no open sockets."),
        "hasSockets": _("Open sockets of %s:"),
        "atMost": _("at most, for some are at several processes"),
        "skipped": _("%s more came too fast to be shown."),
        "rights": _("change of rights"),
        "pause": _("Pause"),
        "resume": _("Go on"),
        "bytes": _("%s B"),
        "chart": _("%s over the last minute, now %s"),
    }
