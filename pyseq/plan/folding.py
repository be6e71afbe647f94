"""Loops while a function is traced: what depends on known values alone is computed at once, so that a counter stays a number.

`tf.while_loop(lambda i, x: i < 10, ...)` with a counter that starts at a constant is written into the plan turn by turn.
"""

from __future__ import annotations

from contextlib import contextmanager

from pyseq.core import Variable, active_trace, emit, tracing


class Folding:
    """The active trace, except that calls of kernels whose operands are all known run at once."""

    def __init__(self, trace):
        self.trace = trace

    def emit(self, kernel, inputs, outputs, dims=(), attrs=(), parts=1, work=0, dtype=None, updates=()):
        if updates or any(isinstance(x, Variable) or (x is not None and x.is_symbolic) for x in inputs):
            return self.trace.emit(kernel, inputs, outputs, dims, attrs, parts, work, dtype, updates)
        with tracing(None):
            return emit(kernel, inputs, outputs, dims, attrs, parts, work, dtype)

    def __getattr__(self, name):
        return getattr(self.trace, name)


@contextmanager
def folding():
    """Context in which known values stay known. Eagerly: no difference."""
    trace = active_trace()
    if trace is None or isinstance(trace, Folding):
        yield
    else:
        with tracing(Folding(trace)):
            yield
