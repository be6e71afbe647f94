"""tf.test: what programs ask about the machine, and a comparison of gradients."""

from __future__ import annotations

import unittest

import numpy as np

from pyseq._faces import missing as _missing
from pyseq.core import GradientTape, as_tensor


def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None):
    """False."""
    return False


def gpu_device_name():
    """ "": no GPU."""
    return ""


def is_built_with_cuda():
    """False."""
    return False


is_built_with_gpu_support = is_built_with_rocm = is_built_with_xla = is_built_with_cuda


def compute_gradient(f, x, delta=None):
    """Jacobians of f by tapes and by central differences of width `delta` (2**-10 by default).

    Args:
        f: takes the tensors `x`, returns a tensor. x: list of tensors or arrays.
    Returns:
        (list by tapes, list by differences), each a matrix (size of y, size of x).
    """
    xs = [as_tensor(v) for v in x]
    with GradientTape() as tape:
        tape.watch(xs)
        y = f(*xs)
    exact = [j.numpy().reshape(y.size, v.size) for j, v in zip(tape.jacobian(y, xs, "zero"), xs, strict=True)]
    return exact, [_differences(f, xs, k, 2.0**-10 if delta is None else delta) for k in range(len(xs))]


def _differences(f, xs, k, delta):
    columns = []
    for j in range(xs[k].size):
        values = []
        for step in (delta, -delta):
            moved = xs[k].numpy().astype(xs[k].dtype.numpy).reshape(-1).copy()
            moved[j] += step
            values.append(f(*xs[:k], as_tensor(moved.reshape(xs[k].shape)), *xs[k + 1 :]).numpy().reshape(-1))
        columns.append((values[0] - values[1]) / (2 * delta))
    return np.stack(columns, 1)


class TestCase(unittest.TestCase):
    """unittest.TestCase with TensorFlow's comparisons of arrays."""

    def evaluate(self, tensors):
        """The values as arrays."""
        from pyseq.core.structure import map_structure

        return map_structure(lambda t: t.numpy() if hasattr(t, "numpy") else t, tensors)

    def assertAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):  # noqa: N802
        np.testing.assert_allclose(self.evaluate(a), self.evaluate(b), rtol, atol, err_msg=msg or "")

    def assertAllEqual(self, a, b, msg=None):  # noqa: N802
        np.testing.assert_array_equal(self.evaluate(a), self.evaluate(b), err_msg=msg or "")

    def assertShapeEqual(self, input_a, input_b, msg=None):  # noqa: N802
        self.assertEqual(tuple(input_a.shape), tuple(input_b.shape), msg)


def main(argv=None):
    """Run the tests of the program."""
    unittest.main(argv=argv)


__getattr__ = _missing(__name__, lambda: [n for n in globals() if n not in ("unittest", "np")])
