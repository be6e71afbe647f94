"""pyseq: the models of keras_peer.py, and what is asked of pyseq alone."""

from __future__ import annotations

from math import prod

import numpy as np
import rows
from keras_peer import Keras
from peer import best_of_blocks

import pyseq
from pyseq.core import as_tensor, emit, kernels, uint8
from pyseq.data.arrays import ArrayBatches
from pyseq.ops import activation, elementwise, linalg, reduce, shape, softmax
from pyseq.plan.plan import Plan

CHAIN = 200  # instructions of the plan of no-ops: about as many as a step of a model of 20 layers has
COPY = kernels("copy")


class Pyseq(Keras):
    """pyseq in a process of its own."""

    def __init__(self):
        super().__init__(pyseq, pyseq.__version__)

    def first_fit(self, row, batches=20):
        """(seconds of the first `fit` of this process, of a later one): a few batches, the model built and compiled before."""
        self.row = rows.ROWS[row]
        self.x, self.y = rows.data(self.row, batches * self.row.batch)
        self.build()
        times = []
        for _ in range(10):
            start = self.clock()
            self.epochs(1)
            times.append(self.clock() - start)
        return times[0], min(times[1:])

    def steps_of_plan(self):
        """The steps of an epoch as `fit` would run them."""
        data = ArrayBatches(self.x, self.y, None, self.row.batch, None, True, 1)
        return self.model._steps("train", next(iter(data.stretches())))

    def memory(self):
        """Bytes that a step holds, by kind, and the bound that is set for them."""
        steps = self.steps_of_plan()
        steps.close()
        row, model = self.row, self.model
        weights = sum(v.nbytes for v in model.weights)
        gradients = sum(v.nbytes for v in model.trainable_variables)
        slots = sum(v.nbytes for v in model.optimizer.variables) if row.optimizer == "adam" else 0
        made = [prod(layer.output_shape[1:]) for layer in model.layers]
        flowing = max(map(sum, zip([0, *made], made, strict=False)))  # dy and dx of one layer, whichever is the largest
        activations = (
            4 * row.batch * (row.features + 1 + sum(made) + flowing)
        )  # the batch, what each layer made, gradients
        return {
            "arena": steps.plan.bytes,
            "weights": weights,
            "slots": slots,
            "bound": activations + weights + gradients + slots,
        }

    def instructions(self, rounds=300):
        """[(kernel, shapes, seconds)] of a training step, in order, on one thread: the least of many steps, each on a batch of its own.

        Reading the clock adds some 20 ns to each.
        """
        steps = self.steps_of_plan()
        least, stride = None, tuple(steps.stride)
        for k in range(rounds):
            at = k % steps.stretch.steps
            base = tuple(b + at * s for b, s in zip(steps.base, stride, strict=True))
            steps.program.run(base, stride, 1, 0.0, 1, True)
            times = steps.program.times_ns()
            least = times if least is None else list(map(min, least, times))
        steps.close()
        found = []
        for node, t in zip(steps.plan.nodes, least, strict=True):
            shapes = [
                "x".join(map(str, v.shape)) or "1"
                for v in [*node.inputs, *node.outputs, *node.updates]
                if v is not None
            ]
            found.append((node.kernel.name, shapes, t * 1e-9))
        return found

    def instruction(self):
        """Seconds of executor an instruction: a chain of copies of zero bytes, the kernel's call included."""

        def chain(x):
            for _ in range(CHAIN):
                x = emit(COPY, (x,), (((0,), "float32"),), (0,), (), 1, 0, uint8)
            return x

        return seconds_of_step(Plan(chain, [((0,), "float32")])) / CHAIN

    def eager(self):
        """{op: (seconds of the eager call, of its kernels in a plan)}."""
        rng = np.random.default_rng(0)

        def t(*extents):
            return as_tensor(rng.standard_normal(extents, dtype="float32"))

        x, y, row, labels = t(32, 100), t(32, 100), t(100), as_tensor(rng.integers(0, 100, 32))
        kernel, bias = t(100, 10), t(10)
        calls = {
            "add": (elementwise.add, x, y),
            "add, broadcast": (elementwise.add, x, row),
            "exp": (elementwise.exp, x),
            "relu": (activation.relu, x),
            "sum": (lambda x: reduce.sum(x, axis=1), x),
            "transpose": (shape.transpose, x),
            "softmax": (softmax.softmax, x),
            "dense": (linalg.dense, x, kernel, bias),
            "sparse_softmax_crossentropy": (softmax.sparse_softmax_crossentropy, labels, x),
        }
        found = {}
        for name, (op, *tensors) in calls.items():
            plan = Plan(op, [(v.shape, v.dtype) for v in tensors])
            arrays = [v.numpy() for v in tensors]
            found[name] = best_of_blocks(lambda: op(*tensors), 0.1), seconds_of_step(plan, arrays)  # noqa: B023
        return found


def seconds_of_step(plan, arrays=None, seconds=0.3):
    """Of a plan on one thread, many steps without Python in between."""
    arrays = [np.zeros(extents, dtype.numpy) for extents, dtype in plan.inputs] if arrays is None else arrays
    arrays = [*arrays, *(np.empty(extents, dtype.numpy) for extents, dtype in plan.outputs)]
    addresses = tuple(a.ctypes.data for a in arrays)
    program = plan.take()
    steps = max(10, round(1e-3 / best_of_blocks(lambda: program.run(addresses), 0.01)))
    return best_of_blocks(lambda: program.run(addresses, None, steps), seconds) / steps
