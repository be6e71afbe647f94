"""What this machine can do at most: measured, to compare with."""

from __future__ import annotations

import importlib
import time

import numpy as np

from pyseq.core import config

COPY_BYTES = 64 << 20  # beyond the caches of most machines


def peak_gflops() -> float:
    """float32 multiply-adds of one thread in 1e9 operations per second: the most any kernel could reach."""
    return round(importlib.import_module(f"pyseq._kernels.{config.isa()}.dense").fma_peak(), 1)


def copy_bandwidth() -> float:
    """Bytes read and written per second by one thread that copies memory, in 1e9."""
    source, target = np.ones(COPY_BYTES, np.uint8), np.zeros(COPY_BYTES, np.uint8)
    return round(2 * COPY_BYTES / _best(lambda: np.copyto(target, source)) / 1e9, 1)


def _best(action, seconds=0.3, least=5) -> float:
    """The shortest of the times that fit into so many seconds, or of the first `least`; in s."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < least or time.perf_counter() < end:
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)
