"""Which of two values of a monitored metric is better."""

from __future__ import annotations

import math
import operator
import sys
import warnings


def direction(mode, upwards, who):
    """(better, worst) of a `mode` argument: a comparison (new, old), and the value that every number is better than.

    Args:
        mode: "min", "max", or "auto": up if `upwards`, what the metric's name lets one think. Others count as "auto".
        who: the callback, as the warning of an unknown mode begins.
    """
    if mode not in ("auto", "min", "max"):
        warn(f"{who} mode {mode} is unknown, fallback to auto mode.")
        mode = "auto"
    if mode == "max" or mode == "auto" and upwards:
        return operator.gt, -math.inf
    return operator.lt, math.inf


def warn_unavailable(what, monitor, logs):
    """Warn that a monitored metric is not among the logs."""
    warn(f"{what} conditioned on metric `{monitor}` which is not available. Available metrics are: {','.join(logs)}")


def warn(text):
    """Warn at the nearest line that is not pyseq's: mostly the call of `fit`."""
    level, frame = 2, sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").split(".")[0] == "pyseq":
        level, frame = level + 1, frame.f_back
    warnings.warn(text, stacklevel=level)
