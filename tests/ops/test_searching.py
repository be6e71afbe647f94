"""unique, searchsorted and their kind: by NumPy, or recorded from TensorFlow 2.15."""

import numpy as np
import pytest

from pyseq.ops import searching
from pyseq.plan import function
from tests.ops.proofs import check_op


def test_unique():
    values, numbers, counts = searching.unique([3, 1, 3, 2, 1])
    assert (values.numpy().tolist(), numbers.numpy().tolist(), counts.numpy().tolist()) == (
        [3, 1, 2],
        [0, 1, 0, 2, 1],
        [2, 2, 1],
    )
    assert searching.unique([1.5, 1.5], "int64")[1].dtype == "int64"
    with pytest.warns(UserWarning, match="unique: the shape of the result depends on the values of `x`"):
        function(lambda x: searching.unique(x)[0])(np.array([1, 2]))


@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(side):
    a, v = np.array([[1.0, 3, 3, 5], [0, 0, 2, 9]]), np.array([[3.0, 0, 9], [0, 1, 10]])
    want = np.stack([np.searchsorted(x, y, side) for x, y in zip(a, v, strict=True)])
    check_op(lambda a, v: searching.searchsorted(a, v, side), a, v, want=want, vjp=False)
    assert searching.searchsorted(a[0], v[0], side, "int64").dtype == "int64"


def test_invert_permutation():
    check_op(searching.invert_permutation, np.array([2, 0, 1]), want=np.array([1, 2, 0]), vjp=False)
    with pytest.raises(ValueError, match="invert_permutation: `x` must hold each number from 0 on once"):
        searching.invert_permutation([0, 2])


def test_in_top_k():
    x = np.array([[1.0, 1, 0], [3, 2, 1], [1, 2, np.nan], [1, 2, 3]])
    f = lambda t, x: searching.in_top_k(t, x, 1)  # noqa: E731
    check_op(f, np.array([0, 1, 2, 7]), x, want=np.array([True, False, False, False]), vjp=False)
    check_op(
        lambda t, x: searching.in_top_k(t, x, 2),
        np.array([1, 1, 0, 1]),
        x,
        want=np.array([True, True, False, True]),
        vjp=False,
    )


def test_unravel_index():
    check_op(
        lambda i: searching.unravel_index(i, (3, 4)), np.array([5, 11]), want=np.array([[1, 2], [1, 3]]), vjp=False
    )
    with pytest.raises(IndexError, match=r"unravel_index: `indices` must be in \[0, 12\)"):
        searching.unravel_index([12], (3, 4))


def test_histogram_bins():
    x = np.array([-1.0, 0, 1.5, 2, 5, 15])
    check_op(lambda x: searching.histogram_bins(x, (0.0, 5.0), 5), x, want=np.array([0, 0, 1, 2, 4, 4]), vjp=False)


def test_partitions_and_stitched():
    x, numbers = np.arange(8.0).reshape(4, 2), np.array([1, 0, 1, 2])
    check_op(lambda x: searching.partitions(x, numbers, 4)[1], x, want=x[[0, 2]])
    assert [len(p) for p in searching.partitions(x, numbers, 4)] == [1, 2, 1, 0]
    places = [np.array([1]), np.array([[0, 2], [3, 1]])]
    rows = [x[:1], np.arange(8.0).reshape(2, 2, 2)]
    check_op(lambda a, b: searching.stitched(places, [a, b]), *rows, want=np.array([[0.0, 1], [6, 7], [2, 3], [4, 5]]))
    assert searching.stitched([np.array([2])], [x[:1] + 1]).numpy().tolist() == [[0, 0], [0, 0], [1, 2]]


@pytest.mark.parametrize("call, message", [
    (lambda: searching.unique([[1]]), r"unique: `x` must be a vector. Received: x.shape=\(1, 1\)"),
    (lambda: searching.searchsorted([1.0], [1.0], "up"), "searchsorted: `side` must be 'left' or 'right'. Received: side='up'"),
    (lambda: searching.searchsorted([1.0], [[1.0]]), "searchsorted: `values` must have the leading axes"),
    (lambda: searching.in_top_k([1], [1.0], 1), "in_top_k: `targets` must have an integer for each row"),
    (lambda: searching.histogram_bins([1.0], (1.0, 0.0), 3), "histogram: `value_range` must ascend"),
    (lambda: searching.partitions([1.0], [3], 2), r"dynamic_partition: `partitions` must be in \[0, 2\)"),
    (lambda: searching.partitions([1.0], [3, 2], 2), "dynamic_partition: `partitions` must have the first axes"),
    (lambda: searching.stitched([[0, 1]], [[1.0]]), "dynamic_stitch: `data` must have the axes of `indices`"),
])  # fmt: skip
def test_errors(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
