"""Control flow and Python functions in traced functions, where values are not known yet; values are in test_faces.py."""

import numpy as np
import pytest

import pyseq.tf as tf

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*runs as Python code"
)  # told once for each line: a test may be the second
A = tf.constant(np.arange(6, dtype="float32").reshape(2, 3))


def both(f, *args):
    """f traced and eager, which must be the same."""
    traced, eager = tf.function(f)(*args), f(*args)
    for a, b in zip(flat(traced), flat(eager), strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))
    return traced


def flat(x):
    return [y for v in x for y in flat(v)] if isinstance(x, (list, tuple)) else [x]


def test_cond_chooses_each_time():
    f = tf.function(lambda x: tf.cond(tf.reduce_sum(x) > 0, lambda: (x * 2.0, 1), lambda: (-x, 2)))
    for x in (A, -A):
        y, which = f(x)
        expected = x * 2.0 if float(tf.reduce_sum(x)) > 0 else -x
        np.testing.assert_array_equal(y.numpy(), expected.numpy())
        assert int(which) == (1 if float(tf.reduce_sum(x)) > 0 else 2)
    assert f.experimental_get_tracing_count() == 1


def test_gradient_through_cond():
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.cond(tf.reduce_sum(x) > 0, lambda: x * x, lambda: -x)
        return tape.gradient(y, x)

    both(f, A)
    both(f, -A)


def test_case_and_switch_case_traced():
    f = tf.function(lambda i: tf.switch_case(i, [lambda: A, lambda: A * 2.0, lambda: A * 3.0]))
    for i, factor in ((0, 1), (1, 2), (2, 3), (7, 3), (-1, 3)):
        np.testing.assert_array_equal(f(tf.constant(i)).numpy(), A.numpy() * factor)
    g = tf.function(lambda x: tf.case([(x < 1.0, lambda: 1.0), (x < 2.0, lambda: 2.0)], default=lambda: 3.0))
    assert [float(g(tf.constant(x))) for x in (0.0, 1.5, 5.0)] == [1.0, 2.0, 3.0]


def test_a_branch_may_change_a_variable():
    v = tf.Variable(1.0)
    f = tf.function(lambda x: tf.cond(x > 0.0, lambda: v.assign(2.0), lambda: v))
    assert float(f(tf.constant(-1.0))) == 1.0 and float(f(tf.constant(1.0))) == 2.0
    assert tf.cond(tf.constant(True), lambda: v.assign(2.0), lambda: v) is v and float(v) == 2.0


def test_branches_of_other_shapes():
    f = tf.function(lambda x: tf.cond(x > 0.0, lambda: A, lambda: A[0]))
    assert f(tf.constant(1.0)).shape == (2, 3) and f(tf.constant(-1.0)).shape == (3,)


def test_while_loop_with_a_counter_is_written_out():
    def f(x):
        return tf.while_loop(lambda i, x: i < 4, lambda i, x: (i + 1, x * 2.0), [tf.constant(0), x])

    i, y = both(f, A)
    assert int(i) == 4 and float(y[1, 2]) == 80.0


def test_while_loop_on_values_says_what_to_do():
    f = tf.function(lambda x: tf.while_loop(lambda x: tf.reduce_sum(x) < 99.0, lambda x: (x * 2.0,), [x]))
    with pytest.warns(UserWarning, match=r"while_loop: the condition depends on values.*counter"):
        np.testing.assert_array_equal(f(A)[0].numpy(), A.numpy() * 8)
    np.testing.assert_array_equal(f.python_function(A)[0].numpy(), A.numpy() * 8)


def test_gradient_through_loops():
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            _, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])
            z = tf.map_fn(lambda row: row * row, x)
            s = tf.scan(lambda a, row: a * row, x)
        return tape.gradient([y, z, s], x)

    found = both(f, A + 1.0)
    x = A.numpy() + 1
    expected = 4 * x**3 + 2 * x + np.stack([1 + x[1], x[0]])
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)
    with tf.GradientTape() as tape:
        tape.watch(A)
        y = tf.foldl(lambda a, row: a + row * row, A, back_prop=False)
    assert tape.gradient(y, A) is None


def test_scan_and_map_of_structures_traced():
    both(lambda x: tf.map_fn(lambda r: {"a": r[0], "b": r[1] * 2.0}["b"], (x, x), fn_output_signature=tf.float32), A)
    both(lambda x: list(tf.scan(lambda a, r: (a[0] + r, a[1] * r), x, (tf.zeros(3), tf.ones(3)))), A)
    both(lambda x: list(tf.vectorized_map(lambda r: (r, tf.reduce_sum(r)), x)), A)


@pytest.mark.parametrize(
    ("use", "error", "words"),
    [
        (lambda: tf.map_fn(lambda x: (x, x), A), TypeError, "structure of `fn_output_signature`"),
        (lambda: tf.map_fn(lambda x: x, (A, A[0])), ValueError, "first axis of one extent"),
        (lambda: tf.while_loop(1, lambda: 1, [1]), TypeError, "`cond` must be callable"),
        (lambda: tf.while_loop(lambda i, j: i < 1, lambda i, j: [i], [0, 1]), ValueError, "as many values"),
        (lambda: tf.scan(lambda a, x: a, tf.zeros((0, 2)), 0.0), ValueError, "must have elements"),
        (lambda: tf.numpy_function(3, [A], tf.float32), TypeError, "`func` must be callable"),
    ],
)
def test_wrong_use(use, error, words):
    with pytest.raises(error, match=words):
        use()


def test_python_functions_in_a_plan_need_shapes():
    f = tf.function(lambda x: tf.numpy_function(lambda a: a + 1, [x], tf.float32))
    with pytest.warns(UserWarning, match="give `Tout` as tf.TensorSpec"):
        np.testing.assert_array_equal(f(A), A.numpy() + 1)
    both(lambda x: tf.numpy_function(lambda a: a + 1, [x], tf.TensorSpec((2, 3), "float32")) * 2.0, A)
    both(lambda x: tf.py_function(lambda t: t * 2.0, [x], tf.TensorSpec((2, 3), "float32")), A)


def test_gradient_through_py_function():
    with tf.GradientTape() as tape:
        tape.watch(A)
        y = tf.py_function(lambda x: x * x, [A], tf.float32)
    np.testing.assert_array_equal(tape.gradient(y, A).numpy(), 2 * A.numpy())
