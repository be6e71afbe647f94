"""Hits and running sums against NumPy, in every instruction set and however the work is cut."""

import numpy as np
import pytest

from pyseq.core import Variable, as_tensor, shapes_only, symbolic
from pyseq.ops import metric as metric_ops
from tests.references import metric as reference

SHAPES = [(1, 1), (5, 3), (64, 10), (700, 17), (0, 4), (300, 100)]


def predictions(shape, dtype, seed=0):
    """Values with many ties, as whole numbers."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(dtype)


@pytest.mark.parametrize("k", [0, 1, 2, 5])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_hits_match_reference(shape, dtype, k, isa, n_threads):
    p = predictions(shape, dtype)
    labels = np.random.default_rng(1).integers(-1, shape[1] + 1, shape[0])
    got = metric_ops.sparse_hits(as_tensor(labels), as_tensor(p), k)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got.numpy(), reference.hits(labels, p, k))
    t = predictions(shape, dtype, seed=2)
    got = metric_ops.onehot_hits(as_tensor(t), as_tensor(p), k)
    np.testing.assert_array_equal(got.numpy(), reference.hits([row.argmax() for row in t], p, k))


@pytest.mark.parametrize("k", [0, 1, 3])
def test_not_finite(k, isa):
    nan, inf = np.nan, np.inf
    p = np.array([[nan, 1, 2], [1, nan, 2], [1, 2, nan], [inf, 1, 2], [1, 2, inf], [-inf, -inf, -inf]], "float32")
    for label in range(3):
        labels = np.full(len(p), label)
        got = metric_ops.sparse_hits(as_tensor(labels), as_tensor(p), k)
        np.testing.assert_array_equal(got.numpy(), reference.hits(labels, p, k))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "float32", "float64", "bool"])
def test_types_of_labels(dtype):
    p = as_tensor(np.eye(3, dtype="float32"))
    np.testing.assert_array_equal(metric_ops.sparse_hits(as_tensor(np.array([0, 1, 1], dtype)), p).numpy(), [1, 1, 0])


def test_a_broken_number_is_no_class():
    p = as_tensor(np.eye(3, dtype="float32"))
    np.testing.assert_array_equal(metric_ops.sparse_hits(as_tensor([0.5, 1.0, np.nan]), p).numpy(), [0, 1, 0])


def test_more_axes():
    p, labels = predictions((2, 3, 4), "float32"), np.array([[0, 1, 2], [3, 0, 1]])
    got = metric_ops.sparse_hits(as_tensor(labels), as_tensor(p))
    np.testing.assert_array_equal(got.numpy(), p.argmax(-1) == labels)


def test_shapes_must_fit():
    with pytest.raises(ValueError, match="without its last axis"):
        metric_ops.sparse_hits(as_tensor([1, 2]), as_tensor(np.eye(3)))
    with pytest.raises(ValueError, match="shape of `y_pred`"):
        metric_ops.onehot_hits(as_tensor(np.eye(2)), as_tensor(np.eye(3)))


@pytest.mark.parametrize("weights", ["none", "number", "each"])
@pytest.mark.parametrize("n", [0, 1, 7, 64, 10001])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_running_sum(n, weights, dtype, isa):
    rng = np.random.default_rng(n)
    total, count = Variable(np.array(2.5, dtype)), Variable(np.array(3.0, dtype))
    v = rng.standard_normal(n).astype(dtype)
    w = {"none": None, "number": np.array(0.5, dtype), "each": rng.random(n).astype(dtype)}[weights]
    metric_ops.running_sum(total, as_tensor(v), None if w is None else as_tensor(w), count)
    full = np.broadcast_to(1.0 if w is None else w, v.shape).astype("float64")
    # Summed in float64, then rounded once on the way and once in the sum with what was there.
    rtol, atol = (1e-6, 1e-5) if dtype == "float32" else (1e-13, 1e-11)
    np.testing.assert_allclose(total.numpy(), 2.5 + (v * full).sum(), rtol=rtol, atol=atol)
    np.testing.assert_allclose(count.numpy(), 3.0 + full.sum(), rtol=rtol)


def test_running_sum_broadcasts_weights():
    total, count = Variable(np.float32(0)), Variable(np.float32(0))
    metric_ops.running_sum(total, as_tensor(np.ones((2, 3), "float32")), as_tensor([[1.0], [3.0]]), count)
    assert (total.numpy(), count.numpy()) == (12.0, 12.0)


def test_shapes_only_changes_nothing():
    total, count = Variable(np.float32(1)), Variable(np.float32(1))
    with shapes_only() as trace:
        p, t = symbolic((6, 3), "float32", trace), symbolic((6,), "int64", trace)
        hits = metric_ops.sparse_hits(t, p)
        assert hits.shape == (6,)
        metric_ops.running_sum(total, hits, None, count)
    assert (total.numpy(), count.numpy()) == (1.0, 1.0)
