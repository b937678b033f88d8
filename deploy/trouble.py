"""What stops a command: told to whoever typed it in one sentence that says what to do, never as a traceback."""


class Trouble(Exception):
    """One sentence that says what is wrong and what to do; the command prints it and leaves with the exit code."""

    exit_code = 1


class NotRunning(Trouble):
    """The command is about a portal that runs, and none does."""

    exit_code = 3
