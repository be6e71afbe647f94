"""Warnings that point at the user's line, whichever way the call took through pyseq."""

from __future__ import annotations

import sys
import warnings


def tell(message: str) -> None:
    """Warn the user; the warning names the line outside of pyseq from which pyseq was called."""
    frame, level = sys._getframe(1), 1
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in ("pyseq", "contextlib"):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level + 1)
