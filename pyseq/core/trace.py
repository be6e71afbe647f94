"""Traces: what `emit` does instead of computing. Here, the one that computes shapes only."""

from __future__ import annotations

from contextlib import contextmanager

from pyseq.core.engine import snapshot, symbolic, tracing


class ShapeTrace:
    """Every op gives symbolic tensors of the right shape and dtype; nothing is computed and no variable changes."""

    def emit(self, kernel, inputs, outputs, dims=(), attrs=(), parts=1, work=0, dtype=None, updates=()):
        made = tuple(symbolic(shape, dtype, self) for shape, dtype in outputs)
        return made[0] if len(made) == 1 else made or None

    def check(self, *arguments):
        """Nothing is computed, so nothing is wrong."""

    def read(self, variable):
        return snapshot(variable)


@contextmanager
def shapes_only():
    """Context in which ops of this thread compute shapes only."""
    trace = ShapeTrace()
    with tracing(trace):
        yield trace
