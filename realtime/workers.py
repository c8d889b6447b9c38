"""Several server processes on one port, and the one that starts, watches and ends them.

It serves nobody itself. A worker that dies or answers no more is replaced within some seconds.
"""

import time

from uvicorn.supervisors import Multiprocess

#: Seconds for the workers to end, a little more than they give themselves in ``lifespan.py``.
JOIN_SECONDS = 25.0


class Workers(Multiprocess):
    """uvicorn's supervisor, which at the end lets go of the port and waits for nobody for ever."""

    def terminate_all(self) -> None:
        """Tell all to drain."""
        # They share this socket: as long as we have it too, clients would queue at a dead port.
        for shared in self.sockets:
            shared.close()
        super().terminate_all()

    def join_all(self) -> None:
        """Wait until all have ended, and end those who do not."""
        deadline = time.monotonic() + JOIN_SECONDS
        for worker in self.processes:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
