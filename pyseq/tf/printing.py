"""tf.print: values of tensors as text, in a plan each time that it runs."""

from __future__ import annotations

import sys

import numpy as np

from pyseq.core import Tensor, Variable, active_trace, as_tensor, emit, numpy_kernel

AT_ONCE = 8  # inputs of one instruction

__all__ = ["print"]


def print(*inputs, **kwargs):
    """Print values: tensors in brackets without commas, the ends of long axes, everything else as Python does.

    Args:
        inputs: tensors, variables, texts, numbers, and lists, tuples and dicts of them.
        output_stream: sys.stderr (default), sys.stdout, a logging function, or "file://path" to append to.
        summarize: how many elements at each end of an axis, 3 by default; -1: all.
        sep, end: " " and a new line. name: without effect.
    """
    unknown = set(kwargs) - {"output_stream", "summarize", "sep", "end", "name"}
    if unknown:
        raise ValueError(
            f"tf.print: takes `output_stream`, `summarize`, `sep`, `end`, `name`. Received: {sorted(unknown)}."
        )
    write = _writer(kwargs.get("output_stream", None))
    sep, end = kwargs.get("sep", " "), kwargs.get("end", "\n")
    edge = kwargs.get("summarize", 3)
    edge = 3 if edge is None else int(edge)
    tensors = []
    _collect(inputs, tensors)
    if active_trace() is None:
        write(sep.join(_text(x, iter([t.numpy() for t in _own(x)]), edge, True) for x in inputs) + end)
        return
    if len(tensors) > AT_ONCE:
        raise ValueError(
            f"tf.print: a traced function prints at most {AT_ONCE} tensors at once. Received: {len(tensors)}."
        )

    def show(arrays, outputs, dims, attrs):
        values = iter([np.array(a) for a in arrays])
        write(sep.join(_text(x, values, edge, True) for x in inputs) + end)

    emit(numpy_kernel("print", show), tuple(tensors) or (as_tensor(0),), ())


def _writer(stream):
    """The function that gets the text."""
    if stream is None:
        stream = sys.stderr
    if isinstance(stream, str) and stream.startswith("file://"):

        def append(text):
            with open(stream.removeprefix("file://"), "a", encoding="utf-8") as file:
                file.write(text)

        return append
    if hasattr(stream, "write"):
        return stream.write
    if callable(stream):
        return lambda text: stream(text.rstrip("\n"))
    raise ValueError(
        f"tf.print: `output_stream` must be a stream, a logging function or 'file://path'. Received: {stream!r}."
    )


def _collect(x, tensors):
    if isinstance(x, (Tensor, Variable)):
        tensors.append(as_tensor(x))
    elif isinstance(x, dict):
        _collect(list(x.values()), tensors)
    elif isinstance(x, (list, tuple)):
        for item in x:
            _collect(item, tensors)


def _own(x):
    found = []
    _collect(x, found)
    return found


def _text(x, values, edge, outermost=False):
    """x as text; tensors take their values from `values`, in order."""
    if isinstance(x, (Tensor, Variable)):
        return _array_text(np.asarray(next(values)), edge)
    if isinstance(x, dict):
        return "{" + ", ".join(f"{k!r}: {_text(v, values, edge)}" for k, v in x.items()) + "}"
    if isinstance(x, (list, tuple)):
        inside = ", ".join([_text(v, values, edge) for v in x])
        if isinstance(x, list):
            return f"[{inside}]"
        return f"({inside},)" if len(x) == 1 else f"({inside})"
    return x if outermost and isinstance(x, str) else repr(x)


def _array_text(a, edge, indent=""):
    if a.ndim == 0:
        return _number(a[()])
    n = len(a)
    cut = edge >= 0 and n > 2 * edge
    shown = [*range(edge), None, *range(n - edge, n)] if cut else range(n)
    rows = ["..." if k is None else _array_text(a[k], edge, indent + " ") for k in shown]
    gap = " " if a.ndim == 1 else "\n" * (a.ndim - 1) + indent + " "
    return "[" + gap.join(rows) + "]" if a.ndim == 1 else "[" + _joined(rows, gap, indent) + "]"


def _joined(rows, gap, indent):
    """Rows under one another; beside "..." one line is enough."""
    text = rows[0] if rows else ""
    for before, row in zip(rows, rows[1:], strict=False):
        text += (f"\n{indent} " if "..." in (before, row) else gap) + row
    return text


def _number(x):
    """As TensorFlow: the fewest of 6 or 9 digits (15 or 17 for float64) that give the number back."""
    if isinstance(x, (bool, np.bool_)):
        return "1" if x else "0"
    if not isinstance(x, np.floating):
        return str(x)
    if not np.isfinite(x):
        return str(x)
    few, many = (15, 17) if x.dtype == np.float64 else (6, 9)
    short = f"{float(x):.{few}g}"
    return short if x.dtype.type(float(short)) == x else f"{float(x):.{many}g}"
