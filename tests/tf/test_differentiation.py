"""Gradients of one's own, and the corners of GradientTape."""

import numpy as np
import pytest

import pyseq.tf as tf

X = tf.constant([1.0, 2.0, 3.0])


def test_custom_gradient():
    @tf.custom_gradient
    def f(x):
        def grad(dy):
            return dy * 10.0

        return x * x, grad

    with tf.GradientTape() as tape:
        tape.watch(X)
        y = f(X)
    assert y.numpy().tolist() == [1, 4, 9] and tape.gradient(y, X).numpy().tolist() == [10, 10, 10]
    assert f(np.float32([2])).numpy().tolist() == [4]


def test_custom_gradient_of_several_and_structures():
    @tf.custom_gradient
    def f(x, y):
        return {"p": x * y, "s": x + y}, lambda dp, ds: (dp * 2.0, ds * 3.0)

    with tf.GradientTape(persistent=True) as tape:
        tape.watch(X)
        v = tf.Variable([1.0, 1.0, 1.0])
        y = f(X, v)
        only = y["s"]
    assert tape.gradient([y["p"], y["s"]], [X, v])[1].numpy().tolist() == [3, 3, 3]
    assert tape.gradient(only, X).numpy().tolist() == [0, 0, 0]  # the other cotangent is zeros


def test_custom_gradient_with_variables():
    v = tf.Variable(2.0)

    @tf.custom_gradient
    def f(x):
        def grad(dy, variables=None):
            return dy * 5.0, [tf.reduce_sum(dy) * 7.0 for _ in variables]

        return x * v, grad

    with tf.GradientTape() as tape:
        tape.watch(X)
        y = f(X)
    dx, dv = tape.gradient(y, [X, v])
    assert dx.numpy().tolist() == [5, 5, 5] and float(dv) == 21

    @tf.custom_gradient
    def forgets(x):
        return x * v, lambda dy: dy

    with pytest.raises(TypeError, match="must take `variables`"):
        forgets(X)
    with pytest.raises(TypeError, match="must return"):
        tf.custom_gradient(lambda x: x)(X)


def test_second_derivatives_of_a_custom_gradient_and_plans():
    @tf.custom_gradient
    def cube(x):
        return x * x * x, lambda dy: dy * 3.0 * x * x

    def f(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = cube(x)
            g = inner.gradient(y, x)
        return g, outer.gradient(g, x)

    for traced, eager in zip(tf.function(f)(X), f(X), strict=True):
        np.testing.assert_array_equal(traced.numpy(), eager.numpy())
    assert f(X)[1].numpy().tolist() == [6, 12, 18]


def test_pass_through_and_the_rest():
    with tf.GradientTape() as tape:
        tape.watch(X)
        y = tf.grad_pass_through(tf.round)(X * 1.3)
    np.testing.assert_allclose(tape.gradient(y, X).numpy(), [1.3] * 3, rtol=1e-6)
    with pytest.raises(RuntimeError, match="Use tf.GradientTape instead"):
        tf.gradients(X, X)
    with pytest.raises(RuntimeError, match="jacobian"):
        tf.hessians(X, X)
    with pytest.raises(NotImplementedError, match="tf.stop_gradient"):
        tf.no_gradient("Cast")


def test_unconnected():
    other = tf.constant([1.0, 1.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([X, other])
        y = X * 2.0
    assert tape.gradient(y, other) is None
    zero = tf.UnconnectedGradients.ZERO
    assert tape.gradient(y, [other], unconnected_gradients=zero)[0].numpy().tolist() == [0, 0]
    assert tape.jacobian(y, other, unconnected_gradients=zero).shape == (3, 2)


def test_what_is_watched():
    trained, frozen = tf.Variable(1.0), tf.Variable(1.0, trainable=False)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(frozen)
        y = trained * frozen * 3.0
    assert [v is frozen for v in tape.watched_variables()] == [True]
    assert tape.gradient(y, [trained, frozen])[0] is None


def test_stop_recording_and_reset():
    with tf.GradientTape() as tape:
        tape.watch(X)
        y = X * X
        with tape.stop_recording():
            z = X * X * X
        y = y + z
    assert tape.gradient(y, X).numpy().tolist() == [2, 4, 6]
    with tf.GradientTape() as tape:
        tape.watch(X)
        y = X * X
        tape.reset()
        tape.watch(X)
        z = y * X
    assert tape.gradient(z, X).numpy().tolist() == [1, 4, 9]


def test_gathered_rows_add_up():
    table = tf.Variable(np.ones((4, 2), "float32"))
    optimizer = tf.optimizers.SGD(1.0)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(table, [1, 1, 3]) * 2.0)
    g = tape.gradient(y, table)
    assert g.numpy().tolist() == [[0, 0], [4, 4], [0, 0], [2, 2]]
    optimizer.apply_gradients([(g, table)])
    assert table.numpy()[1].tolist() == [-3, -3]


def test_minimize_by_function_and_by_tape():
    v = tf.Variable(3.0)
    optimizer = tf.optimizers.SGD(0.5)
    optimizer.minimize(lambda: v * v, [v])
    assert float(v) == 0.0
    v.assign(2.0)
    with tf.GradientTape() as tape:
        y = v * v
    optimizer.minimize(y, [v], tape=tape)
    assert float(v) == 0.0
    with pytest.raises(ValueError, match="`tape` is required"):
        optimizer.minimize(y, [v])


def test_compute_gradient():
    exact, near = tf.test.compute_gradient(lambda x, y: tf.reduce_sum(x * x) * y, [X, tf.constant([2.0])])
    for a, b in zip(exact, near, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-2)
