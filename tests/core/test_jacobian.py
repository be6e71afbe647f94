"""GradientTape.jacobian and batch_jacobian."""

import numpy as np
import pytest

from pyseq import function
from pyseq.core import GradientTape, Variable, as_tensor
from pyseq.ops import elementwise as e
from pyseq.ops import linalg, reduce, shape

X = np.float64([[1.0, 2.0, -1.0], [3.0, 4.0, 0.5]])
W = np.float64([[0.5, -1.0], [2.0, 0.25], [1.0, 1.5]])


def tape_of(f, x, persistent=False):
    x = as_tensor(x)
    with GradientTape(persistent=persistent) as tape:
        tape.watch(x)
        y = f(x)
    return tape, x, y


def test_jacobian_of_a_product():
    tape, w, y = tape_of(lambda w: linalg.matmul(as_tensor(X), w), W)
    j = tape.jacobian(y, w)
    expected = np.einsum("ik,jl->ijkl", X, np.eye(2))
    np.testing.assert_allclose(j.numpy(), expected)
    assert j.shape == (2, 2, 3, 2)


def test_jacobian_of_a_scalar_is_the_gradient():
    tape, x, y = tape_of(lambda x: reduce.sum(x * x), X, persistent=True)
    np.testing.assert_array_equal(tape.jacobian(y, x).numpy(), tape.gradient(y, x).numpy())


def test_structures_and_unconnected_sources():
    a, b = Variable(2.0), Variable([5.0, 6.0])
    with GradientTape(persistent=True) as tape:
        y = shape.stack([a * a, a * 3.0])
    found = tape.jacobian(y, {"a": a, "rest": [b]})
    assert found["a"].tolist() == [4.0, 3.0] and found["rest"] == [None]
    assert tape.jacobian(y, [b], unconnected_gradients="zero")[0].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    with GradientTape() as tape:
        y = shape.unstack(b * b)[0]
    assert tape.jacobian(y, b).tolist() == [10.0, 0.0]


def test_batch_jacobian_is_the_diagonal_of_the_jacobian():
    tape, x, y = tape_of(lambda x: linalg.matmul(e.sin(x), as_tensor(W)), X, persistent=True)
    full, batch = tape.jacobian(y, x).numpy(), tape.batch_jacobian(y, x).numpy()
    assert batch.shape == (2, 2, 3)
    for n in range(2):
        np.testing.assert_allclose(batch[n], full[n, :, n])
    other = as_tensor(X)
    assert tape.batch_jacobian(y, other) is None
    assert not tape.batch_jacobian(y, other, unconnected_gradients="zero").numpy().any()


def test_no_elements():
    tape, x, y = tape_of(lambda x: x * x, np.zeros((0, 3)), persistent=True)
    assert tape.jacobian(y, x).shape == (0, 3, 0, 3) and tape.batch_jacobian(y, x).shape == (0, 3, 3)


def test_hessian():
    """Rows of the inner jacobian are on the outer tape; a loop within a persistent tape's own context is, too."""
    x = as_tensor(np.float64([1.0, 2.0, 3.0]))
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as inner:
            inner.watch(x)
            y = reduce.sum(x * x * x) * reduce.sum(x)
        g = inner.gradient(y, x)
    v = x.numpy()
    expected = np.diag(6 * v) * v.sum() + 3 * v[:, None] ** 2 + 3 * v[None] ** 2
    np.testing.assert_allclose(outer.jacobian(g, x).numpy(), expected)
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as inner:
            inner.watch(x)
            y = x * x * x
        j = inner.jacobian(y, x)
        s = reduce.sum(j)
    np.testing.assert_allclose(outer.gradient(s, x).numpy(), 6 * v)


def test_traced_is_eager():
    @function
    def f(x):
        tape, x, y = tape_of(lambda x: linalg.matmul(e.tanh(x), as_tensor(W)), x, persistent=True)
        return tape.jacobian(y, x), tape.batch_jacobian(y, x)

    for traced, eager in zip(f(as_tensor(X)), f.python_function(as_tensor(X)), strict=True):
        np.testing.assert_array_equal(traced.numpy(), eager.numpy())


def test_pfor_arguments_do_not_matter():
    tape, x, y = tape_of(lambda x: x * x, X, persistent=True)
    plain = tape.jacobian(y, x).numpy()
    np.testing.assert_array_equal(
        tape.jacobian(y, x, parallel_iterations=2, experimental_use_pfor=False).numpy(), plain
    )


def test_output_gradients_as_tensor_list_or_numbers():
    tape, x, y = tape_of(lambda x: x * x, X, persistent=True)
    for given in (as_tensor(X), [as_tensor(X)], X, X.tolist()):
        np.testing.assert_array_equal(tape.gradient(y, x, given).numpy(), 2 * X * X)


def test_used_once():
    tape, x, y = tape_of(lambda x: x * x, X)
    tape.jacobian(y, x)
    for again in (tape.jacobian, tape.gradient, tape.batch_jacobian):
        with pytest.raises(RuntimeError, match=f"{again.__name__}: a tape that is not persistent"):
            again(y, x)


@pytest.mark.parametrize(
    ("use", "error", "words"),
    [
        (lambda t, x, y: t.jacobian([y], x), TypeError, "jacobian: `target` must be one tensor"),
        (lambda t, x, y: t.jacobian(y, 3.0), TypeError, "jacobian: `sources` must be tensors"),
        (lambda t, x, y: t.jacobian(e.cast(y, "int32"), x), TypeError, "floating point"),
        (lambda t, x, y: t.jacobian(y, x, "zip"), ValueError, "`unconnected_gradients` must be"),
        (lambda t, x, y: t.batch_jacobian(y, x[0]), ValueError, "two axes at least"),
        (lambda t, x, y: t.batch_jacobian(y, x[:1]), ValueError, "one batch size"),
        (lambda t, x, y: t.gradient([y, y], x, [y]), ValueError, "one entry for each of the 2"),
        (lambda t, x, y: t.gradient(y, x, [1.0]), ValueError, "shape of `target`"),
    ],
)
def test_wrong_use(use, error, words):
    tape, x, y = tape_of(lambda x: x * x, X)
    with pytest.raises(error, match=words):
        use(tape, x, y)
