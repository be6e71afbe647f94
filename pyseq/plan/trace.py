"""Tracing: a Python function run once on tensors without values, its kernel calls written down."""

from __future__ import annotations

import itertools
import linecache
import os
import sys

from pyseq.core import Tensor, Variable, as_tensor, numpy_kernel, tracing
from pyseq.core.engine import SymbolicError, is_snapshot, traced_value
from pyseq.core.trace import known_result
from pyseq.plan.graph import Graph, Node, Value

_numbers = itertools.count(1)
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class PlanTrace:
    """What `emit` goes to while a function is traced.

    Values that exist already (arrays, tensors of earlier computations) become constants of the plan; variables are read
    and written where they are, each time the plan runs.
    """

    def __init__(self):
        self.number = next(_numbers)
        self.nodes: list[Node] = []
        self._constants: dict[int, tuple] = {}
        self._current: dict[int, tuple] = {}  # id of a variable -> (variable, its tensor now)
        self.makes_variables = False
        self._wanted = []

    def input(self, number, shape, dtype):
        """A tensor that stands for an argument."""
        return traced_value(shape, dtype, Value(shape, dtype, "input", number, self.number))

    def read(self, variable):
        """The tensor that stands for a variable's value at this point."""
        found = self._current.get(id(variable))
        return found[1] if found else self._version(variable, 0)

    def _version(self, variable, version):
        value = Value(variable.shape, variable.dtype, "variable", (variable, version), self.number)
        tensor = traced_value(variable.shape, variable.dtype, value, variable)
        self._current[id(variable)] = (variable, tensor)
        return tensor

    def value_of(self, x):
        """The value an operand of `emit` stands for."""
        if x is None:
            return None
        if isinstance(x, Variable):
            return self.read(x).symbol
        if not x.is_symbolic:
            return self._constant(x)
        if not isinstance(x.symbol, Value) or x.symbol.graph != self.number:
            raise SymbolicError(
                f"Tensor: {x!r} was made inside another traced function and has no value outside of it. Return it from that "
                "function, or keep it in a Variable."
            )
        return x.symbol

    def _constant(self, tensor):
        found = self._constants.get(id(tensor))
        if found is None:
            # The memory of a variable's snapshot changes with the variable.
            kept = as_tensor(tensor.numpy()) if is_snapshot(tensor) else tensor
            found = (tensor, Value(tensor.shape, tensor.dtype, "constant", kept, self.number))
            self._constants[id(tensor)] = found
        return found[1]

    def emit(
        self, kernel, inputs, outputs, dims=(), attrs=(), parts=1, work=0, dtype=None, updates=(), error=None
    ):  # fmt: skip
        """Write a kernel call down; returns symbolic outputs as `emit` returns tensors."""
        if error is None:
            known = known_result(kernel, inputs, outputs, dims, attrs, parts, work, dtype, updates)
            if known is not None:
                return known
        read = [self.value_of(x) for x in inputs]
        if kernel.function is not None:
            kernel = _on_views(kernel, inputs, read)
        made = [traced_value(shape, d, None) for shape, d in outputs]
        if dtype is None:
            known = [v for v in read if v is not None] or made or updates
            dtype = known[0].dtype
        values = [Value(t.shape, t.dtype, "temporary", None, self.number) for t in made]
        node = Node(kernel, read, values, dims, attrs, parts, work, dtype, updates, error)
        for t, v in zip(made, values, strict=True):
            t.symbol, v.source = v, node
        self.nodes.append(node)
        for variable in updates:
            self.read(variable)
            self._version(variable, self._current[id(variable)][1].symbol.source[1] + 1)
        return made[0] if len(made) == 1 else tuple(made) or None

    def made_variable(self):
        """The traced code made a variable, or a layer that was called first made its own. (Optimizers' are outside of the trace.)"""
        self.makes_variables = True

    def wanted_values(self, error):
        """A SymbolicError was made."""
        self._wanted.append(error)

    def raise_caught(self):
        """Raise the first SymbolicError that the user's code caught: with values, that code would have gone another way."""
        caught = [error for error in self._wanted if _caught_outside(error)]
        self._wanted = []
        if caught:
            raise caught[0]

    def check(self, kernel, inputs, outputs, dims, parts, work, error):
        """A kernel call that may find something wrong."""
        self.emit(kernel, inputs, outputs, dims, (), parts, work, error=error)


def _on_views(kernel, inputs, values):
    """The kernel of NumPy code for tensors that are other shapes of the same values (`reshaped` makes no node)."""
    shapes = [None if v is None else x.shape for x, v in zip(inputs, values, strict=True)]
    if all(v is None or v.shape == shape for v, shape in zip(values, shapes, strict=True)):
        return kernel
    run = kernel.function

    def function(arrays, outputs, dims, attrs):
        views = [a if a is None else a.reshape(shape) for a, shape in zip(arrays, shapes, strict=True)]
        return run(views, outputs, dims, attrs)

    return numpy_kernel(kernel.name, function)


def trace_function(function, specs):
    """Run a function on tensors without values.

    Args:
        function: takes one tensor for each of `specs`.
        specs: list of (shape, dtype).
    Returns:
        (Graph without outputs, what the function returned, the trace)
    Raises:
        TypeError: the function asks for values that do not exist yet; says on which line, and what to do.
    """
    trace, drawn = PlanTrace(), _Drawn()
    with tracing(trace):
        arguments = [trace.input(k, shape, dtype) for k, (shape, dtype) in enumerate(specs)]
        try:
            try:
                result = function(*arguments)
            finally:
                trace.raise_caught()
        except SymbolicError as error:
            drawn.undo()
            raise _located(error) from error
    return Graph(list(specs), trace.nodes, []), result, trace


class _Drawn:
    """The random states of Python and NumPy, if a program uses them: code that is given up and run again draws the same."""

    def __init__(self):
        python, numpy = (sys.modules.get(name) for name in ("random", "numpy.random"))
        self.states = [(python.setstate, python.getstate())] if python else []
        self.states += [(numpy.set_state, numpy.get_state())] if numpy else []

    def undo(self):
        for set_state, before in self.states:
            set_state(before)


def is_symbolic(x):
    return isinstance(x, Tensor) and x.is_symbolic


def _is_ours(name):
    """Is this file part of pyseq, or of Python's own machinery? (Frames of compiled code have paths that begin nowhere.)"""
    compiled = name.endswith((".pyx", ".pxi"))
    return compiled or name.startswith("<frozen") or os.path.abspath(name).startswith(_PACKAGE)


def _caught_outside(error):
    """Did code that is not part of pyseq catch the error? Its traceback begins with the frame that did."""
    tb = error.__traceback__
    return tb is not None and not _is_ours(tb.tb_frame.f_code.co_filename)


def _located(error):
    """The error with the line of the user's program that led to it, also as `place`: (file, line)."""
    place, tb = None, error.__traceback__
    while tb is not None:
        name = tb.tb_frame.f_code.co_filename
        if not _is_ours(name):
            place = (name, tb.tb_lineno)
        tb = tb.tb_next
    if place is None:
        return error
    line = linecache.getline(*place).strip()
    where = f"{os.path.basename(place[0])}, line {place[1]}" + (f": `{line}`" if line else "")
    located = type(error)(
        f"{where}\n  This line needs values while the function is being traced, when there are none yet (it is run once, on "
        "tensors without values; the instructions are then repeated). Use ops instead of NumPy, float(), bool() or `if` on "
        "tensors; or compile with run_eagerly=True (for pyseq.function: pyseq.config.run_functions_eagerly(True))."
        f"\n  {error}"
    )
    located.place = place
    return located
