"""A model's steps over data: through its plans, or eagerly. Both run the same `train_step`, `test_step`, `predict_step`."""

from __future__ import annotations

import time

import numpy as np

from pyseq.core import Tensor, Variable, config, wrap
from pyseq.core.engine import SymbolicError, UnmadeVariable, VariablesMoved, address_of
from pyseq.core.structure import flatten, in_order, map_structure
from pyseq.core.texts import is_texts
from pyseq.data.arrays import ArrayBatches
from pyseq.data.stretches import packed
from pyseq.layers.base import Layer
from pyseq.layers.tracking import settings
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops
from pyseq.plan.fallback import plan_for_good, tell
from pyseq.plan.pace import Pace
from pyseq.plan.plan import Output, Plan

SLICE = 0.05  # seconds after which a run comes back to Python: for the progress bar, and for signals


class EagerSteps:
    """The steps of a stretch, each by Python code."""

    def __init__(self, step, stretch):
        self.step = step
        self.stretch = stretch
        self.result = None

    def run(self, at, steps):
        """Make one step, batch `at`; returns 1."""
        self.result = self.step(packed(self.stretch.batch(at)))
        return 1

    def logs(self):
        """What the last step returned, tensors as numbers."""
        return as_floats(self.result)

    def outputs(self):
        """What the last step returned, tensors as arrays."""
        return map_structure(np.asarray, self.result)

    def close(self):
        """Nothing is held."""


class PlannedSteps:
    """The steps of a stretch by a plan; batches are gathered, or read where they are, by the plan's own instructions."""

    def __init__(self, plans, kind, step, stretch):
        leaves = flatten_rows(stretch.rows)
        self.plan = plans.of(kind, stretch, leaves, step)
        self.stretch = stretch
        self.program = self.plan.take()
        self.buffers = [np.empty(shape, dtype.numpy) for shape, dtype in self.plan.outputs]
        batch = stretch.batch_size
        if stretch.steps == 1 and stretch.order is None:
            size = [r.tensor.nbytes // max(1, len(r.tensor)) if stretch.start else 0 for r in leaves]
            self.base = [address_of(r.tensor) + stretch.start * s for r, s in zip(leaves, size, strict=True)]
            self.stride = [0] * len(leaves)
        elif stretch.order is None:
            size = [r.tensor.nbytes // len(r.tensor) for r in leaves]
            self.base = [address_of(r.tensor) + stretch.start * s for r, s in zip(leaves, size, strict=True)]
            self.stride = [batch * s for s in size]
        else:
            self.index = wrap(stretch.order)
            self.base = [address_of(r.tensor) for r in leaves] + [address_of(self.index) + stretch.start * 8]
            self.stride = [0] * len(leaves) + [batch * 8]
        self.n_inputs = len(self.base)
        self.base += [a.ctypes.data for a in self.buffers]
        self.stride += [0] * len(self.buffers)

    def write_to(self, arrays, first):
        """Let the outputs go into `arrays`, one for each output, from row `first` on, batch after batch."""
        for k, a in enumerate(arrays):
            row = a.nbytes // len(a)
            self.base[self.n_inputs + k] = a.ctypes.data + first * row
            self.stride[self.n_inputs + k] = row * self.stretch.batch_size

    def run(self, at, steps):
        """Make at most `steps` steps from batch `at` on; returns how many, when they are done or a slice of time is over."""
        base = tuple(b + at * s for b, s in zip(self.base, self.stride, strict=True))
        while True:
            try:
                return self.plan.pace.run(self.program, base, tuple(self.stride), steps, SLICE)
            except VariablesMoved:  # by a callback, or another thread
                self.program = self.plan.take()

    def time(self, seconds):
        """Make the stretch's first step again and again for so long; returns the seconds of each instruction, on one thread."""
        still = (0,) * len(self.base)
        best = None
        end = time.perf_counter() + seconds
        while best is None or time.perf_counter() < end:
            made = self.program.run(tuple(self.base), still, 10, 0.0, 1, True)
            times = [t / made / 1e9 for t in self.program.times_ns()]
            best = times if best is None else list(map(min, best, times))
        return best

    def logs(self):
        """What the last step returned, as numbers."""
        return as_floats(self.outputs())

    def outputs(self):
        """What the last step returned, as arrays."""
        return map_structure(self._leaf, self.plan.result)

    def _leaf(self, leaf):
        if isinstance(leaf, Output):
            return self.buffers[leaf.number].reshape(leaf.shape).copy()
        return _array(leaf)  # it does not depend on the data

    def close(self):
        """Give what the runs used back."""
        self.plan.give(self.program)


class Plans:
    """The plans of one model: for each kind of step and each signature of its data. A copy of the model begins with none."""

    def __init__(self):
        self.known = {}
        self.small = {}  # for `predict` of one batch, by shape and dtype alone
        self.calls, self.call_settings, self.plain = {}, None, None
        self.python_only = set()  # the kinds of steps whose Python code needs values
        self.to_make = set()  # the kinds whose first step makes variables

    def __reduce__(self):
        return Plans, ()

    def or_none(self, kind, make):
        """make(), which has a plan made; None if the step is to run as Python code, as it needs values."""
        if kind in self.python_only:
            return None
        try:
            return make()
        except SymbolicError as error:
            if isinstance(error, UnmadeVariable) and kind not in self.to_make:
                self.to_make.add(kind)  # the step makes them; then there can be a plan
                return None
            tell(f"{kind}_step", error)
            self.python_only.add(kind)
            return None

    def of(self, kind, stretch, leaves, step):
        """The plan that makes `step` of batches of a stretch."""
        rows, batch = stretch.rows, stretch.batch_size
        gathers = stretch.order is not None
        n = len(leaves[0].tensor) if gathers else 0
        key = (kind, gathers, n, batch, signature(rows), stretch.shapes, config.floatx())
        plan = self.known.get(key)
        if plan is None:
            if stretch.shapes is None:
                specs = [((n if gathers else batch, *r.tensor.shape[1:]), r.tensor.dtype) for r in leaves]
            else:
                specs = [(r.tensor.shape, r.tensor.dtype) for r in leaves]
            specs += [((batch,), "int64")] if gathers else []

            def function(*tensors):
                read = iter(leaves)

                def batch_of(t):
                    dtype = next(read).dtype
                    return shape_ops.gather_rows(t, tensors[-1], dtype) if gathers else elementwise.cast(t, dtype)

                made = iter([batch_of(t) for t in (tensors[:-1] if gathers else tensors)])
                batch = [None if p is None else map_structure(lambda _: next(made), in_order(p)) for p in rows]
                return step(packed(batch))

            plan = self._keep(key, plan_for_good(kind, function, specs))
        return plan

    def on_tensors(self, kind, step, data):
        """The plan of step(data) for data of tensors as steps get it."""
        leaves = flatten(data)
        key = (kind, signature(data), config.floatx())
        plan = self.known.get(key)
        if plan is None:

            def function(*tensors):
                made = iter(tensors)
                return step(map_structure(lambda _: next(made), in_order(data)))

            plan = self._keep(key, plan_for_good(kind, function, [(t.shape, t.dtype) for t in leaves]))
        return plan

    def predict(self, step, x, batch_size):
        """step(x) for an array that is one batch; None if it is not, or has no plan for its kind."""
        if len(x) > batch_size:
            return None
        key = (x.shape, x.dtype, config.floatx())
        plan = self.small.get(key)
        if plan is None:
            if not len(x) or x.dtype.kind not in "fiub" or not x.dtype.isnative:
                return None
            data = ArrayBatches(x, batch_size=batch_size)
            (stretch,) = data.stretches()
            plan = self.or_none("predict", lambda: self.of("predict", stretch, flatten_rows(stretch.rows), step))
            if plan is None:
                return None
            _keep_in(self.small, key, plan, 64)
        return map_structure(_array, plan(wrap(x)))

    def call(self, model, x, training):
        """model(x) by a plan, or None. One is made when a signature comes the third time and the model is plain."""
        if self.call_settings != settings[0]:
            self.calls, self.call_settings, self.plain = {}, settings[0], None
        if isinstance(x, Tensor) and x._keras_mask is not None:
            return None
        key = (x.shape, x.dtype, training)
        plan = self.calls.get(key)
        if type(plan) is Plan:
            y, logits, mask = plan(x if isinstance(x, Tensor) else wrap(x))
            if logits is not None:
                y.keras_logits = logits
            if mask is not None:
                y._keras_mask = mask
            return y
        if plan is not False:
            seen = (plan or 0) + 1
            if seen == 3:
                seen = not is_texts(x) and self._is_plain(model) and self._traced_call(model, x, training)
            self.calls[key] = seen if key in self.calls else _keep_in(self.calls, key, seen, 64)
        return None

    def _is_plain(self, model):
        """Does calling it compute the outputs and nothing else? What a user's `call` does beside is not for a plan."""
        if self.plain is None:
            layers = model._flatten_layers()
            self.plain = model.built and all(
                _is_own(type(layer)) and layer.activity_regularizer is None and _has_own_functions(layer)
                for layer in layers
            )
        return self.plain

    def _traced_call(self, model, x, training):
        def function(t):
            y = Layer.__call__(model, t, **({} if training is None else {"training": training}))
            return (y, y.keras_logits, y._keras_mask) if isinstance(y, Tensor) else None

        try:
            plan = Plan(function, [(x.shape, x.dtype)])
        except SymbolicError:  # such as a mask's, that of pyseq's own functions
            return False
        return False if plan.result is None or plan.updated else plan

    def _keep(self, key, plan):
        plan.pace = Pace(plan.shares)
        return _keep_in(self.known, key, plan, 64)


def _is_own(thing):
    """Was it defined in pyseq?"""
    return (getattr(thing, "__module__", None) or "").startswith("pyseq.")


def _has_own_functions(layer):
    """Are the functions that the layer was given, say as its activation, all pyseq's?"""
    return all(
        _is_own(x) or _is_own(type(x)) for x in vars(layer).values() if callable(x) and not isinstance(x, (type, Layer))
    )


def _keep_in(plans, key, plan, most):
    """Put a plan in a dict; the oldest goes if there are too many: ever new shapes must not fill the memory."""
    while len(plans) >= most:
        plans.pop(next(iter(plans), None), None)
    plans[key] = plan
    return plan


def _array(leaf):
    return leaf.numpy() if isinstance(leaf, Tensor | Variable) else leaf


def flatten_rows(rows):
    """The Rows of (x, y, sample_weight), in the order of `flatten`."""
    return [r for p in rows if p is not None for r in flatten(p)]


def signature(x):
    """What a plan depends on in a structure of tensors or Rows: equal for data that can use the same plan."""
    if x is None:
        return None
    if isinstance(x, dict):
        return ("dict", *((k, signature(x[k])) for k in sorted(x)))
    if isinstance(x, (list, tuple)):
        return (type(x), *map(signature, x))
    if isinstance(x, Tensor):
        return x.shape, x.dtype.code
    return x.tensor.shape[1:], x.tensor.dtype.code, x.dtype.code


def as_floats(logs):
    """Logs with tensors turned into Python floats (arrays stay arrays)."""
    if not isinstance(logs, dict):
        raise TypeError(f"`train_step` and `test_step` must return a dict {{name: value}}. Received: {logs!r}.")
    return {k: as_floats(v) if isinstance(v, dict) else _as_float(v) for k, v in logs.items()}


def _as_float(v):
    if isinstance(v, Tensor) or hasattr(v, "numpy"):
        v = v.numpy()
    return float(v) if np.ndim(v) == 0 else v
