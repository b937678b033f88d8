"""Ending: a process that cannot go on, and a loop that waits out every failure but its own cancellation."""

import asyncio
import os

from shared.observe.logs import log

SOFTWARE_FAULT = 70  # exit status for whoever supervises: start me afresh (sysexits.h, EX_SOFTWARE)


def end_process(group: str, error: Exception) -> None:
    """End at once, with nothing committed: the next owner of the partitions reads the batch again."""
    log.critical("consumer failed", group=group, exc_info=error)
    os._exit(SOFTWARE_FAULT)


def end_if_cancelled() -> None:
    """For loops that wait out every failure: a connection that broke while being closed can hide a cancellation."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
