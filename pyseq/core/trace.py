"""Traces: what `emit` does instead of computing. Here, the one that computes shapes only."""

from __future__ import annotations

from contextlib import contextmanager

from pyseq.core.engine import Tensor, emit, is_snapshot, snapshot, symbolic, tracing

FEW = 64  # elements: extents and the like, not data


def known_result(kernel, inputs, outputs, dims, attrs, parts, work, dtype, updates):
    """The outputs of a kernel call whose inputs are few integers with known values; else None.

    So what is computed from extents is known while tracing: `tf.reshape(x, (tf.shape(x)[0], -1))`.
    """
    if not inputs or updates or not outputs:
        return None
    for x in inputs:
        if not isinstance(x, Tensor) or x.is_symbolic or x.size > FEW or x.dtype.is_floating or is_snapshot(x):
            return None
    for shape, made in outputs:
        if made.is_floating or len(shape) > 1 or (shape and shape[0] > FEW):
            return None
    with tracing(None):
        return emit(kernel, inputs, outputs, dims, attrs, parts, work, dtype)


class ShapeTrace:
    """Every op gives symbolic tensors of the right shape and dtype; nothing is computed and no variable changes."""

    def emit(self, kernel, inputs, outputs, dims=(), attrs=(), parts=1, work=0, dtype=None, updates=()):
        known = known_result(kernel, inputs, outputs, dims, attrs, parts, work, dtype, updates)
        if known is not None:
            return known
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
