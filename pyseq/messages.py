"""Where what pyseq tells while it works goes: to standard output, or into the log of a service."""

from __future__ import annotations

import sys

_interactive = True


def enable_interactive_logging():
    """Show progress and messages on standard output, as it is without this call."""
    global _interactive
    _interactive = True


def disable_interactive_logging():
    """Send progress and messages to the logger "pyseq" of `logging` (level INFO) instead; verbose="auto" then means 2."""
    global _interactive
    _interactive = False


def is_interactive_logging_enabled():
    """Do progress and messages go to standard output?"""
    return _interactive


def say(message, end="\n"):
    """Tell the user something.

    Args:
        message: text. end: what follows it on standard output.
    """
    if not _interactive:
        import logging  # 5 ms that most programs need not spend

        if message.strip():
            logging.getLogger("pyseq").info("%s", message.strip())
    elif sys.stdout is not None:  # a Windows program without a console has none
        sys.stdout.write(message + end)
        sys.stdout.flush()
