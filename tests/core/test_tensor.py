"""What a tensor is: conversion in and out, element types, printing, memory."""

import copy
import gc
import operator as op
import pickle

import numpy as np
import pytest

from pyseq.core import DTYPES, Tensor, Variable, as_dtype, as_tensor, config, engine, float32, wrap


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1, "int32"), (2**40, "int64"), (1.5, "float32"), (True, "bool"), ([1, 2], "int32"), ([[1.0], [2.0]], "float32"),
        ([1, 2.5], "float32"), ((), "float32"), (np.float64(2), "float64"), (np.arange(3), "int64"),
        (np.zeros((2, 3), "f2"), "float16"), (np.array([True]), "bool"), (np.zeros(2, ">f4"), "float32"),
    ],
)  # fmt: skip
def test_conversion_takes_tensorflows_types(value, dtype):
    t = as_tensor(value)
    assert t.dtype == dtype and t.shape == np.shape(value)
    np.testing.assert_array_equal(t.numpy(), np.asarray(value))


def test_python_floats_become_floatx():
    config.set_floatx("float64")
    assert as_tensor(1.5).dtype == "float64"


def test_like_sets_the_type_of_numbers_only():
    x = as_tensor(np.zeros(2))
    assert as_tensor(2, like=x).dtype == "float64"
    assert as_tensor(np.float32(2), like=x).dtype == "float32"
    with pytest.raises(TypeError, match="int32"):
        as_tensor(1.5, like=as_tensor(1))


@pytest.mark.parametrize("order", ["C", "F", "strided", "read-only", "reversed"])
def test_layouts(order):
    a = np.arange(24, dtype="f4").reshape(4, 6)
    a = {"C": a, "F": np.asfortranarray(a), "strided": a[::2, 1::2], "read-only": a.copy(), "reversed": a[::-1]}[order]
    if order == "read-only":
        a.setflags(write=False)
    np.testing.assert_array_equal(as_tensor(a).numpy(), a)
    np.testing.assert_array_equal(wrap(a).numpy(), a)


def test_nobody_writes_behind_a_tensors_back():
    a = np.ones(3, "f4")
    t = as_tensor(a)
    a[:] = 7
    out = t.numpy()
    out[:] = 8
    np.asarray(t)[:] = 9
    np.testing.assert_array_equal(t.numpy(), [1, 1, 1])
    with pytest.raises(TypeError, match="Variable"):
        t[0] = 1


@pytest.mark.parametrize(
    ("value", "error"),
    [(None, TypeError), ("text", TypeError), ([[1, 2], [3]], ValueError), (np.array([1, "a"], object), ValueError),
     (np.array(["a"]), TypeError), ({"a": 1}, TypeError)],
)  # fmt: skip
def test_what_is_no_tensor(value, error):
    with pytest.raises(error, match="convert_to_tensor|dtype"):
        as_tensor(value)


def test_another_dtype_is_not_taken_by_itself():
    with pytest.raises(TypeError, match="cast"):
        as_tensor(as_tensor(1.0), dtype="float64")


def test_printing_is_tensorflows():
    assert str(as_tensor(0.5)) == "tf.Tensor(0.5, shape=(), dtype=float32)"
    assert str(as_tensor([[1.0], [2.0]])) == "tf.Tensor(\n[[1.]\n [2.]], shape=(2, 1), dtype=float32)"
    assert repr(as_tensor([1, 2])) == "<tf.Tensor: shape=(2,), dtype=int32, numpy=array([1, 2], dtype=int32)>"
    assert f"{as_tensor(0.25):.3f} %f" % as_tensor(0.25) == "0.250 0.250000"


def test_scalars_are_numbers():
    assert float(as_tensor(2)) == 2.0 and int(as_tensor(2.0)) == 2 and bool(as_tensor(0.0)) is False
    assert [10, 20][as_tensor(1)] == 20
    with pytest.raises(TypeError):
        len(as_tensor(1))


def test_copies_and_pickles():
    t = as_tensor([1.0, 2.0])
    assert copy.deepcopy(t) is t
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(t)).numpy(), [1, 2])
    v = pickle.loads(pickle.dumps(Variable([1.0], name="w", trainable=False)))
    assert v.name == "w:0" and not v.trainable and v.numpy() == [1]


def test_tensors_are_made_by_ops_only():
    with pytest.raises(TypeError, match="convert_to_tensor"):
        Tensor()


def test_dtypes_compare_with_names_and_numpy():
    assert float32 == "float32" and float32 == np.float32 and float32 == np.dtype("f4") and float32 != "float64"
    assert float32 != "nonsense" and len({float32, as_dtype("float32")}) == 1
    for d in DTYPES:
        assert as_dtype(d.numpy) is d and pickle.loads(pickle.dumps(d)) is d
    with pytest.raises(TypeError, match="float32"):
        as_dtype("flaot32")


def test_memory_is_kept_by_size_and_given_back():
    engine.release_memory()
    t = as_tensor(np.zeros(1000, "f4"))
    address = engine.address_of(t)
    assert address % 64 == 0
    del t
    assert 4000 <= engine.kept_memory() <= 5120
    assert engine.address_of(as_tensor(np.zeros(999, "f4"))) == address
    engine.release_memory()
    assert engine.kept_memory() == 0


@pytest.mark.parametrize("n", [0, 1, 63, 64, 65, 1023, 1024, 1025, 1279, 1280, 1281, 4096, 4097, 10**6, 10**6 + 1])
def test_blocks_of_every_size_hold_their_values(n):
    held = [as_tensor(np.full(n, k, "u1")) for k in range(5)]
    for k, t in enumerate(held):
        np.testing.assert_array_equal(t.numpy(), np.full(n, k, "u1"))


def test_too_large_is_a_memory_error():
    from pyseq.core import emit, numpy_kernel

    with pytest.raises(MemoryError, match="shape"):
        emit(numpy_kernel("huge", lambda *a: None), (), (((2**40, 2**40), float32),))


@pytest.mark.parametrize("borrow", [lambda a: as_tensor(a).reshaped((2, 2048)), wrap], ids=["view", "array"])
def test_the_cycle_collector_frees_memory_once(borrow):
    engine.release_memory()
    t = borrow(np.ones(4096, "float32"))
    t.symbol = [t]  # a cycle that the collector enters at the tensor
    del t
    gc.collect()
    assert engine.kept_memory() in (0, 4 * 4096)
    x, y = as_tensor(np.zeros(4096, "float32")), as_tensor(np.ones(4096, "float32"))
    assert not x.numpy().any() and y.numpy().all()


@pytest.mark.parametrize("make", [as_tensor, Variable])
def test_numpy_functions_take_the_values(make):
    values = np.array([[1.0, 4.0], [9.0, 0.25]], "f4")
    t = make(values)
    for function in (
        np.exp,
        np.sqrt,
        np.sum,
        np.mean,
        np.isnan,
        lambda x: np.maximum(x, 2),
        lambda x: np.add(values, x),
    ):
        made = function(t)
        assert not isinstance(made, (Tensor, Variable))
        np.testing.assert_array_equal(made, function(values))


@pytest.mark.parametrize("make", [as_tensor, Variable])
@pytest.mark.parametrize("first", [np.ones((1, 2), "f4"), np.float32(2), np.float64(2), np.array(2.0)])
def test_arrays_leave_operators_to_tensors(make, first):
    values = np.array([1.0, 4.0], "f4")
    for operator in ("add", "sub", "mul", "truediv", "pow", "lt", "ge"):
        made = getattr(op, operator)(first, make(values))
        assert isinstance(made, Tensor)
        np.testing.assert_allclose(made, getattr(op, operator)(first, values), rtol=1e-6)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [(300, "uint8"), (-1, "uint8"), ([1, -129], "int8"), (2**31, "int32"), (-(2**31) - 1, "int32"), (-1, "uint64"),
     ([1, 2**70], "int64")],
)  # fmt: skip
def test_integers_that_do_not_fit_are_not_cut(value, dtype):
    """Two's complement would make 44 of 300."""
    with pytest.raises(ValueError, match="convert_to_tensor"):
        as_tensor(value, dtype=dtype)
    like = as_tensor(np.ones(2, dtype))
    with pytest.raises(ValueError, match="convert_to_tensor"):
        like + value
    for fits in (like.dtype.min, like.dtype.max):
        assert as_tensor(fits, dtype=dtype).item() == fits


def test_memory_that_is_not_aligned_is_copied():
    """Kernels may read whole elements, and vectors of them, at once."""
    expected = np.arange(5, dtype="f8")
    a = np.frombuffer(b"?" + expected.tobytes(), "f8", offset=1)
    assert a.flags.c_contiguous and not a.flags.aligned
    for make in (wrap, as_tensor):
        t = make(a)
        assert engine.address_of(t) % 8 == 0
        np.testing.assert_array_equal(t.numpy(), expected)
