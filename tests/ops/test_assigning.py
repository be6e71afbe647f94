"""Parts of variables set in place, eagerly and in plans, against NumPy."""

import numpy as np
import pytest

import pyseq.tf as tf
from pyseq.core import GradientTape, Variable, as_tensor
from pyseq.ops.assigning import HOW, assign_item, scatter, scatter_nd
from pyseq.plan import function

START = np.arange(12.0).reshape(4, 3)
KEYS = [
    0,
    (1, 2),
    slice(1, 3),
    (slice(None), 1),
    (Ellipsis, slice(None, None, -1)),
    [0, 2],
    START > 4,
    (slice(None, None, 2), [0, 2]),
    (),
]


@pytest.mark.parametrize("key", KEYS, ids=str)
@pytest.mark.parametrize("how", ["update", "add", "sub"])
@pytest.mark.parametrize("planned", [False, True])
def test_assign_item(key, how, planned):
    v, want = Variable(START), START.copy()
    value = np.arange(want[key].size).reshape(want[key].shape) + 0.5
    want[key] = value if how == "update" else want[key] + value * (1 if how == "add" else -1)
    name = {"update": "assign"}.get(how, f"assign_{how}")
    before = v.value()

    def f(x):
        assert getattr(v[key], name)(x) is v
        return v.value() * 1.0

    np.testing.assert_array_equal((function(f) if planned else f)(as_tensor(value)).numpy(), want)
    np.testing.assert_array_equal(v.numpy(), want)
    np.testing.assert_array_equal(before.numpy(), START)


def test_tensors_as_keys_in_a_plan():
    v = Variable(START)
    f = function(lambda i, x: assign_item(v, i, x).value())
    for k in (2, 0):
        f(as_tensor(k), np.full(3, -1.0))
        assert v.numpy()[k].tolist() == [-1] * 3
    with pytest.raises(IndexError):
        f(as_tensor(4), np.zeros(3))


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("planned", [False, True])
def test_scatter(how, planned):
    want, rows, values = START.copy() + 1, np.array([2, 0, 2]), np.arange(1.0, 10).reshape(3, 3)
    for k, row in zip(rows, values, strict=True):
        want[k] = row if how == "update" else HOW[how](want[k], row)
    v, w = Variable(START + 1), Variable(START + 1)
    run = function if planned else lambda f: f
    run(lambda x: getattr(v, f"scatter_{how}")(tf.IndexedSlices(x, rows)).value())(values)
    run(lambda x: scatter(w, rows, x, how).value())(values)
    np.testing.assert_array_equal(v.numpy(), want)
    np.testing.assert_array_equal(w.numpy(), want)


@pytest.mark.parametrize("how", ["update", "add", "sub"])
def test_scatter_nd(how):
    v, want = Variable(START), START.copy()
    places, values = np.array([[0, 1], [3, 2]]), np.array([5.0, 7.0])
    key = tuple(places.T)
    want[key] = values if how == "update" else want[key] + values * (1 if how == "add" else -1)
    getattr(v, f"scatter_nd_{how}")(places, values)
    np.testing.assert_array_equal(v.numpy(), want)
    scatter_nd(v, [[1]], 0.0)
    assert v.numpy()[1].tolist() == [0, 0, 0]


def test_reading_rows():
    v = Variable(START)
    with GradientTape() as tape:
        y = v.sparse_read([1, 1]) + v.gather_nd([[0]])
    assert tape.gradient(y, v).numpy()[:, 0].tolist() == [2, 2, 0, 0]


def test_indexed_slices():
    x = tf.IndexedSlices([[1.0], [2.0], [3.0]], [1, 0, 1], [3, 1])
    assert np.asarray(x).tolist() == [[2], [4], [0]] and tf.convert_to_tensor(x).shape == (3, 1)
    with pytest.raises(ValueError, match="IndexedSlices: `dense_shape` must be given"):
        np.asarray(tf.IndexedSlices([1.0], [0]))


@pytest.mark.parametrize("call, error, message", [
    (lambda v: v[0].assign([1.0]), ValueError, r"v:0\[key\].assign: `value` must have the shape \(3,\). Received: shape=\(1,\)"),
    (lambda v: v[0].assign(as_tensor([1, 2, 3])), TypeError, r"v:0\[key\].assign: `value` must be float64. Received: int32"),
    (lambda v: (v[0] * 1.0).assign(0.0), AttributeError, "'Tensor' object has no attribute 'assign'. Tensors cannot be changed"),
    (lambda v: v.scatter_nd_add([[4]], [[1.0, 1, 1]]), IndexError, r"v:0.scatter_nd_add: `indices` must be inside of \(4,\)"),
    (lambda v: v.scatter_nd_add([[1]], [[1.0]]), ValueError, r"v:0.scatter_nd_add: `updates` must have the shape \(1, 3\)"),
    (lambda v: v.scatter_nd_add([[1.0]], 1.0), TypeError, "v:0.scatter_nd_add: `indices` must be integers"),
    (lambda v: v[0].set_shape([None, 1]), ValueError, r"Tensor.set_shape: `shape` must fit the tensor's, \(3,\)"),
    (lambda v: Variable([1.0], shape=[2]), ValueError, r"Variable: `initial_value` must have the shape \(2,\). Received: shape=\(1,\)"),
    (lambda v: Variable([1.0], validate_shape=False), NotImplementedError, "Variable: has one shape for ever"),
])  # fmt: skip
def test_errors(call, error, message):
    with pytest.raises(error, match=f"^{message}"):
        call(Variable(START, name="v"))


def test_shapes():
    v = Variable(START, shape=[None, 3])
    assert v.get_shape().as_list() == [4, 3] and v[0].get_shape().rank == 1
    v[0].set_shape([None])
    assert v.device.endswith("CPU:0") and v[0].device.endswith("CPU:0") and v[0].cpu().shape == (3,)
