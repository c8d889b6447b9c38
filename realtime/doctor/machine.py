"""The machine: whether a process may open as many files as it is to hold sockets."""

import resource

from realtime.conf import Conf
from realtime.doctor.finding import Finding, ok, wrong

#: Files of a process that are no sockets of clients: database, Redis, modules, pipes.
OTHERS = 200


def look(limits: Conf) -> Finding:
    """The limit of the shell, or unit, that runs this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = limits.max_connections + OTHERS
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return ok("files.limit", f"A process may open {soft} files, and needs {needed}.")
    may = " (`ulimit -n` in this shell)" if hard == resource.RLIM_INFINITY or hard >= needed else ""
    return wrong(
        "files.limit",
        f"A process may open {soft} files, and {limits.max_connections} connections need {needed}:"
        " it would take nobody any more, and could not open its database either.",
        f"Raise the limit to {needed} or more{may}: LimitNOFILE= in the unit, `ulimits` in"
        " compose.yaml; or lower REALTIME_MAX_CONNECTIONS.",
    )
