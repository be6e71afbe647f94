"""Gradient tapes."""

import gc
import threading
import weakref

import numpy as np
import pytest

from pyseq.core import GradientTape, Variable, as_tensor, emit, float32, numpy_kernel, record, recording, stop_recording
from pyseq.ops import elementwise, reduce

SPLIT = numpy_kernel("sin_cos", lambda i, o, d, a: (np.sin(i[0], out=o[0]), np.cos(i[0], out=o[1])))


def sin_cos(x, seen=None):
    """An op with two outputs."""
    x = as_tensor(x)
    s, c = emit(SPLIT, (x,), ((x.shape, x.dtype), (x.shape, x.dtype)))

    def vjp(dys, needs):
        ds, dc = dys
        if seen is not None:
            seen.append((ds is None, dc is None, list(needs)))
        dx = 0.0
        if ds is not None:
            dx = dx + ds * c
        if dc is not None:
            dx = dx - dc * s
        return dx

    return record((s, c), (x,), vjp)


def test_gradient_of_a_variable():
    w = Variable(3.0)
    with GradientTape() as tape:
        y = w * w
    assert float(tape.gradient(y, w)) == 6.0


def test_structures_of_sources():
    a, b = Variable(2.0), Variable(5.0)
    with GradientTape() as tape:
        y = a * b
    g = tape.gradient(y, {"b": b, "list": [a, (b,)]})
    assert float(g["b"]) == 2.0 and float(g["list"][0]) == 5.0 and float(g["list"][1][0]) == 2.0


def test_several_targets_add_up():
    w = Variable(3.0)
    with GradientTape() as tape:
        y = [w * 2.0, w * w]
    assert float(tape.gradient(y, w)) == 8.0


def test_the_target_itself_and_an_intermediate():
    x = as_tensor(2.0)
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        h = x * x
        y = h * 3.0
    assert float(tape.gradient(y, y)) == 1.0
    assert float(tape.gradient(y, h)) == 3.0
    dh, dx = tape.gradient(y, [h, x])
    assert (float(dh), float(dx)) == (3.0, 12.0)


def test_outputs_without_cotangent_are_none():
    x, seen = as_tensor(0.5), []
    with GradientTape() as tape:
        tape.watch(x)
        s, _ = sin_cos(x, seen)
    np.testing.assert_allclose(tape.gradient(s, x).numpy(), np.cos(0.5), rtol=1e-6)
    assert seen == [(False, True, [True])]


def test_only_wanted_gradients_are_asked_for():
    x, w, seen = as_tensor([1.0]), Variable([2.0]), []
    y = as_tensor([2.0])
    with GradientTape() as tape:
        y = record(emit(numpy_kernel("p", lambda i, o, d, a: np.multiply(*i, out=o[0])), (x, w), (((1,), float32),)), (x, w),
                   lambda dy, needs: (seen.append(list(needs)), (None, dy * x))[1])  # fmt: skip
    tape.gradient(y, w)
    assert seen == [[False, True]]


def test_unconnected():
    a, b = Variable([1.0, 2.0]), Variable(1.0)
    with GradientTape(persistent=True) as tape:
        y = b * b
    assert tape.gradient(y, a) is None
    np.testing.assert_array_equal(tape.gradient(y, a, unconnected_gradients="zero").numpy(), [0, 0])
    with pytest.raises(ValueError, match="unconnected_gradients"):
        tape.gradient(y, a, unconnected_gradients="nil")


def test_a_second_gradient_needs_a_persistent_tape():
    w = Variable(1.0)
    with GradientTape() as tape:
        y = w * w
    tape.gradient(y, w)
    with pytest.raises(RuntimeError, match="persistent"):
        tape.gradient(y, w)


def test_nested_tapes_give_second_derivatives():
    x = Variable(3.0)
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = x * x * x
        dy = inner.gradient(y, x)
    assert float(outer.gradient(dy, x)) == 18.0


def test_a_persistent_tape_differentiates_its_own_gradient():
    x = Variable(3.0)
    with GradientTape(persistent=True) as tape:
        y = x * x * x
        dy = tape.gradient(y, x)
        d2y = tape.gradient(dy, x)
    assert float(tape.gradient(d2y, x)) == 6.0


def test_watching():
    x, w, frozen = as_tensor(2.0), Variable(1.0), Variable(1.0, trainable=False)
    with GradientTape(persistent=True) as tape:
        y = x * w * frozen
    assert tape.gradient(y, x) is None and tape.gradient(y, frozen) is None
    assert [v is w for v in tape.watched_variables()] == [True]
    with GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(frozen)
        y = x * w * frozen
    assert float(tape.gradient(y, frozen)) == 2.0
    with pytest.raises(ValueError, match="int32"):
        tape.watch(as_tensor(1))


def test_stopping():
    w = Variable(2.0)
    with GradientTape() as tape:
        y = w * w
        with tape.stop_recording():
            z = w * w
        with stop_recording():
            assert not recording()
            u = w * w
        assert recording()
    assert not recording()
    grads = tape.gradient([y], w)
    assert float(grads) == 4.0
    with GradientTape(persistent=True) as tape:
        with tape.stop_recording():
            z = w * w
        with stop_recording():
            u = w * w
    assert tape.gradient(z, w) is None and tape.gradient(u, w) is None


def test_reset_forgets():
    w = Variable(2.0)
    with GradientTape() as tape:
        y = w * w
        tape.reset()
        z = w * 3.0
    assert tape.gradient([y, z], w) is not None


def test_old_values_are_differentiated_after_an_assignment():
    w = Variable(3.0)
    with GradientTape() as tape:
        y = w * w
    w.assign(100.0)
    assert float(tape.gradient(y, w)) == 6.0


def test_reads_before_and_after_an_assignment_both_count():
    w = Variable(3.0)
    with GradientTape() as tape:
        y = w * 2.0
        w.assign(5.0)
        z = w * w
    assert float(tape.gradient([y, z], w)) == 2.0 + 10.0


def test_output_gradients():
    x = as_tensor([1.0, 2.0])
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
    np.testing.assert_array_equal(tape.gradient(y, x, output_gradients=as_tensor([1.0, 10.0])).numpy(), [2, 40])
    with pytest.raises(ValueError, match="output_gradients"):
        tape.gradient(y, x, output_gradients=as_tensor([1.0]))


@pytest.mark.parametrize("bad", [1.0, np.ones(2), "w"])
def test_sources_must_be_tensors(bad):
    w = Variable(1.0)
    with GradientTape() as tape:
        y = w * w
    with pytest.raises(TypeError, match="sources"):
        tape.gradient(y, bad)


def test_integer_targets_have_no_gradient():
    w = Variable([1.0, 2.0])
    with GradientTape() as tape:
        y = elementwise.cast(w, "int32")
    with pytest.raises(TypeError, match="floating point"):
        tape.gradient(y, w)


def test_an_exception_leaves_no_tape_behind():
    with pytest.raises(ZeroDivisionError), GradientTape():
        1 / 0
    assert not recording()


def test_tapes_are_of_one_thread():
    w, seen = Variable(1.0), []
    with GradientTape() as tape:
        thread = threading.Thread(target=lambda: seen.append((recording(), w * w)))
        thread.start()
        thread.join()
    assert seen[0][0] is False and tape.gradient(seen[0][1], w) is None


def test_a_tape_frees_what_it_held():
    w = Variable(np.ones(4, "f4"))
    with GradientTape() as tape:
        h = w * 2.0
        y = reduce.sum(h * h)
    held = weakref.ref(h)
    del h
    tape.gradient(y, w)
    gc.collect()
    assert held() is None


def test_as_many_cotangents_as_targets():
    w = Variable(3.0)
    with GradientTape(persistent=True) as tape:
        ys = [w * 2.0, w * w]
    assert float(tape.gradient(ys, w, output_gradients=[as_tensor(10.0), None])) == 26.0
    for wrong in ([as_tensor(1.0)], [], [as_tensor(1.0)] * 3):
        with pytest.raises(ValueError, match=f"one entry for each of the 2 tensors.*Received: {len(wrong)} entries"):
            tape.gradient(ys, w, output_gradients=wrong)


@pytest.mark.parametrize("wrong", [(), (None,), [None] * 3])
def test_a_vjp_must_return_a_gradient_for_each_input(wrong):
    x, w = as_tensor(2.0), Variable(1.0)
    with GradientTape() as tape:
        y = record(as_tensor(3.0), (x, w), lambda dy, needs: wrong)
    with pytest.raises(ValueError, match=f"a vjp of 2 inputs must return 2 gradients. Received: {len(wrong)}"):
        tape.gradient(y, w)
