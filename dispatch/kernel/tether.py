"""``python -m dispatch.kernel.tether PARENT COMMAND…``: become COMMAND, and end when PARENT does, even by kill -9.

The kernel sends the signal (prctl), which outlives exec: no watcher is needed and no child is orphaned.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Never returns: the command takes this process over."""
    parent, command = int(arguments[0]), arguments[1:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the line above
        raise SystemExit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell


if __name__ == "__main__":
    main(sys.argv[1:])
