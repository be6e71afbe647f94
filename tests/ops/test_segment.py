"""Segments and counts: values recorded from TensorFlow 2.15 or computed by definition."""

import numpy as np
import pytest

from pyseq.ops import segment
from pyseq.plan import function
from tests.ops.proofs import check_op

NUMPY = {
    "sum": np.sum,
    "mean": np.mean,
    "prod": np.prod,
    "max": np.max,
    "min": np.min,
    "sqrt_n": lambda a, axis: a.sum(axis) / len(a) ** 0.5,
}
DATA = np.random.default_rng(0).standard_normal((6, 3))
INTEGERS = np.array([1, 2, 3, 0, 5])


@pytest.mark.parametrize("how", NUMPY)
def test_unsorted(how):
    ids = np.array([1, 0, 1, 1, -1, 3])
    want = np.zeros((5, 3))
    for k in (0, 1, 3):
        want[k] = NUMPY[how](DATA[ids == k], axis=0)
    for k in (2, 4):
        want[k] = {"prod": 1, "max": np.finfo(float).min, "min": np.finfo(float).max}.get(how, 0)
    check_op(lambda x, i: segment.unsorted_segment(how, x, i, 5), DATA, ids, want=want)


@pytest.mark.parametrize("how", ["sum", "mean", "prod", "max", "min"])
def test_sorted(how):
    ids = np.array([0, 0, 2, 2, 2, 3])
    want = np.stack(
        [NUMPY[how](DATA[ids == k], axis=0) if k != 1 else np.full(3, float(how == "prod")) for k in range(4)]
    )
    check_op(lambda x: segment.segment(how, x, ids), DATA, want=want)
    with pytest.warns(
        UserWarning, match=f"segment_{how}: the shape of the result depends on the values of `segment_ids`"
    ):
        function(lambda x, i: segment.segment(how, x, i))(DATA, ids)


@pytest.mark.parametrize("how, sorted_, unsorted", [
    ("sum", [3, 0, 3, 5], [6, 0, 0, 2, 0]), ("mean", [1, 0, 1, 5], [3.0, 0.0, 0.0, 1.0, 0.0]), ("prod", [2, 1, 0, 5], [5, 1, 1, 0, 1]),
    ("max", [2, 0, 3, 5], [5, -(2**31), -(2**31), 2, -(2**31)]), ("min", [1, 0, 0, 5], [1, 2**31 - 1, 2**31 - 1, 0, 2**31 - 1]),
])  # fmt: skip
def test_integers_as_tensorflow(how, sorted_, unsorted):
    x = INTEGERS.astype("int32")
    assert segment.segment(how, x, [0, 0, 2, 2, 3]).numpy().tolist() == sorted_
    made = segment.unsorted_segment(how, x, [0, 3, -1, 3, 0], 5)
    assert made.numpy().tolist() == unsorted and made.dtype == ("float64" if how == "mean" else "int32")


def test_gradients_at_ties_and_zeros():
    """As recorded from tf.math.unsorted_segment_prod and _max."""
    from pyseq.core import GradientTape, as_tensor

    x = as_tensor([1.0, 2.0, 3.0, 0.0, 5.0, 5.0])
    for how, want in (("prod", [25, 0, 0, 2, 5, 5]), ("max", [0, 1, 0, 0, 0.5, 0.5])):
        with GradientTape() as tape:
            tape.watch(x)
            y = segment.unsorted_segment(how, x, [0, 3, -1, 3, 0, 0], 5)
        assert tape.gradient(y, x).numpy().tolist() == want


def test_ids_of_several_axes():
    ids = np.array([[0, 1, 0], [2, 2, 1]])
    x = np.arange(12.0).reshape(2, 3, 2)
    want = np.stack([x[ids == k].sum(0) for k in range(3)])
    check_op(lambda x, i: segment.unsorted_segment("sum", x, i, 3), x, ids, want=want)


def test_bincount():
    def counts(*args, **kwargs):
        y = segment.bincount(*args, **kwargs)
        return y.numpy().tolist(), y.dtype.name

    assert counts([1, 1, 3]) == ([0, 2, 0, 1], "int32")
    assert counts([[1, 1], [3, 0]], by_row=True) == ([[0, 2, 0, 0], [1, 0, 0, 1]], "int32")
    assert counts([[1, 1], [3, 0]]) == ([1, 2, 0, 1], "int32")
    assert counts([1, 2], weights=[0.5, 1.0]) == ([0, 0.5, 1], "float32")
    assert counts([1, 5], maxlength=3, dtype="int64") == ([0, 1, 0], "int64")
    assert counts([1, 1, 3], binary=True) == ([0, 1, 0, 1], "int32")
    assert counts([1, 1, 3], minlength=6) == ([0, 2, 0, 1, 0, 0], "int32")
    ids = np.array([2, 0, 2])
    check_op(lambda w, i: segment.bincount(i, w, 3, 3), np.array([1.0, 2.0, 3.0]), ids, want=np.array([2.0, 0, 4]))
    with pytest.warns(
        UserWarning, match="bincount: the shape of the result depends on the values of `arr` .give equal"
    ):
        function(lambda i: segment.bincount(i))(ids)


@pytest.mark.parametrize("call, error, message", [
    (lambda: segment.unsorted_segment("sum", DATA, [0] * 5 + [7], 5), IndexError,
     "unsorted_segment_sum: `segment_ids` must be less than num_segments=5. Received: 7"),
    (lambda: segment.unsorted_segment("sum", DATA, [0], 5), ValueError, "unsorted_segment_sum: `segment_ids` must have the first axes"),
    (lambda: segment.segment("max", DATA, [0, 1, 0, 1, 2, 3]), ValueError,
     "segment_max: `segment_ids` must not be negative nor descend"),
    (lambda: segment.segment("max", DATA, [0.0] * 6), TypeError, "segment_max: `segment_ids` must be integers"),
    (lambda: segment.segment("max", DATA, [0]), ValueError, "segment_max: `segment_ids` must have one number for each row"),
    (lambda: segment.bincount([-1]), ValueError, "bincount: `arr` must not be negative. Received: -1"),
    (lambda: segment.bincount([1], [1.0, 2.0]), ValueError, "bincount: `weights` must have the shape of `arr`"),
    (lambda: segment.bincount([1], [1.0], binary=True), ValueError, "bincount: `weights` must be None with `binary_output`"),
])  # fmt: skip
def test_errors(call, error, message):
    with pytest.raises(error, match=f"^{message}"):
        call()
