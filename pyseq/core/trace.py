"""Traces: what `emit` does instead of computing. Here, those that are there for shapes."""

from __future__ import annotations

import math
from contextlib import contextmanager

import numpy as np

from pyseq.core.engine import (
    SymbolicError,
    Tensor,
    as_tensor,
    emit,
    is_snapshot,
    snapshot,
    stop_recording,
    symbolic,
    tracing,
)

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

    def made_variable(self):
        """Variables have values."""

    def wanted_values(self, error):
        """Who catches that goes on without them."""


class Rehearsal(ShapeTrace):
    """Every op is computed, on values made up: for the shapes that come out of Python code which asks for values.

    Variables keep their values (`over`). What does not end is an error.
    """

    MOST = 100_000  # kernel calls

    def __init__(self):
        self.before = {}  # id of a variable that was changed -> (the variable, its value before)
        self.calls = 0

    def emit(self, kernel, inputs, outputs, dims=(), attrs=(), parts=1, work=0, dtype=None, updates=()):
        for v in updates:
            self.before.setdefault(id(v), (v, v.numpy()))
        self.calls += 1
        if self.calls > self.MOST:
            raise SymbolicError("The loop depends on values; with values that were made up, it does not end.")
        with tracing(None):
            return emit(kernel, inputs, outputs, dims, attrs, parts, work, dtype, updates)

    def check(self, kernel, inputs, outputs, dims, parts, work, error):
        where, found = self.emit(kernel, inputs, outputs, dims, (), parts, work).tolist()
        if where >= 0:
            raise error(found)

    def over(self):
        """Give the variables the values back that they had."""
        with tracing(None):
            for variable, value in self.before.values():
                variable.assign(value)


def made_up(shape, dtype):
    """A tensor of various numbers about 0; of integers, zeros."""
    a = np.cos(1 + np.arange(math.prod(shape))).reshape(shape)
    return as_tensor((a > 0 if dtype.name == "bool" else a).astype(dtype.numpy))


@contextmanager
def rehearsal():
    """Context in which ops of this thread are computed, and variables keep their values."""
    trace = Rehearsal()
    with tracing(trace), stop_recording():
        try:
            yield trace
        finally:
            trace.over()


@contextmanager
def shapes_only():
    """Context in which ops of this thread compute shapes only."""
    trace = ShapeTrace()
    with tracing(trace):
        yield trace
