"""Variables: one place in memory, snapshots that keep what they showed."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

from pyseq import constraints, regularizers
from pyseq.core import Variable, as_tensor, emit, engine, numpy_kernel


def test_a_snapshot_keeps_the_old_values():
    v = Variable([1.0, 2.0])
    address, before = v.address, v.value()
    v.assign([3.0, 4.0])
    np.testing.assert_array_equal(before.numpy(), [1, 2])
    np.testing.assert_array_equal(v.numpy(), [3, 4])
    assert v.address == address and before.id == v.id


def test_a_reshaped_snapshot_keeps_the_old_values():
    v = Variable([1.0, 2.0])
    flat = v.value().reshaped((2, 1))
    v.assign([3.0, 4.0])
    np.testing.assert_array_equal(flat.numpy(), [[1], [2]])


def test_assigning_its_own_value():
    v = Variable([1.0, 2.0])
    v.assign(v)
    v.assign(v.value())
    np.testing.assert_array_equal(v.numpy(), [1, 2])


def test_without_snapshots_nothing_is_copied():
    v = Variable(np.zeros(4, "f4"))
    kept = weakref.ref(v.value())
    v.assign(np.ones(4, "f4"))
    assert kept() is v.value(), "the variable made a new tensor although nobody held the old one"


@pytest.mark.parametrize("value", [[1.0], [[1.0, 2.0]], 1.0])
def test_shapes_must_be_equal(value):
    with pytest.raises(ValueError, match="w:0.assign.*shape"):
        Variable([1.0, 2.0], name="w").assign(value)


def test_dtypes_must_be_equal():
    with pytest.raises(TypeError, match="float32.*int32"):
        Variable([1.0]).assign(as_tensor([1]))
    with pytest.raises(TypeError):
        Variable([1]).assign([1.5])


def test_initial_values():
    assert Variable(lambda: as_tensor([1.0])).shape == (1,)
    with pytest.raises(ValueError, match="initial_value"):
        Variable()
    with pytest.raises(ValueError, match="shape"):
        Variable([1.0], shape=(2,))


def test_a_variable_is_freed():
    v = Variable([1.0])
    held = weakref.ref(v)
    del v
    gc.collect()
    assert held() is None


def test_snapshot_outlives_the_variable():
    v = Variable([1.0, 2.0])
    t = v.value()
    del v
    gc.collect()
    np.testing.assert_array_equal(t.numpy(), [1, 2])


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_copies_keep_what_was_put_on_them(copied):
    v = Variable([-1.0, 2.0], name="kernel:0", constraint=constraints.NonNeg())
    v.regularizer = regularizers.L2(0.5)
    w = copied(v)
    v.assign([7.0, 7.0])
    np.testing.assert_array_equal(w.numpy(), [-1, 2])
    assert w.name == "kernel:0" and w.id != v.id
    np.testing.assert_array_equal(w.constraint(w.value()).numpy(), [0, 2])
    assert float(w.regularizer(w)) == 2.5


def test_a_kernel_that_runs_keeps_the_variables_where_they_are():
    v, w, seen = Variable(np.zeros(4, "f4")), Variable(np.ones(4, "f4")), []

    def fill(inputs, outputs, dims, attrs):
        engine.lay_out([w, v])  # as another thread may do when a kernel has released the GIL
        seen.append(v.address)
        outputs[0][...] = inputs[0] + 1

    address = v.address
    emit(numpy_kernel("fill", fill), (w,), (), updates=(v,))
    assert seen == [address]
    np.testing.assert_array_equal(v.numpy(), [2] * 4)
    engine.lay_out([w, v])
    assert v.address != address, "a kernel that has run holds on to the variables"


def test_a_kernel_that_fails_lets_the_variables_go():
    v, w = Variable(np.zeros(4, "f4")), Variable(np.ones(4, "f4"))

    def fail(inputs, outputs, dims, attrs):
        raise ZeroDivisionError

    address = v.address
    with pytest.raises(ZeroDivisionError):
        emit(numpy_kernel("fail", fail), (w,), (), updates=(v,))
    engine.lay_out([w, v])
    assert v.address != address


def test_names_end_as_tensorflows():
    assert [Variable(1.0, name=name).name for name in (None, "w", "a/b", "w:0", "w:12", "w:x", "")] == [
        "Variable:0", "w:0", "a/b:0", "w:0", "w:12", "w:x:0", "Variable:0",
    ]  # fmt: skip
    assert repr(Variable([1], name="w")).startswith("<tf.Variable 'w:0' shape=(1,) dtype=int32")
