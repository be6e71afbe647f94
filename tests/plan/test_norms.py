"""A relu behind or before a batch normalisation is no instruction of its own, and the bits are those of eager code."""

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor
from pyseq.ops import activation, linalg, norm
from pyseq.plan import Plan

rng = np.random.default_rng(0)
SHAPES = [(32, 10), (5, 70), (9000, 20)]  # one instruction; two parts; chunks of rows


def planned_and_eager(f, *tensors):
    plan = Plan(f, [(t.shape, t.dtype) for t in tensors])
    got, wanted = plan(*tensors), f(*tensors)
    for g, w in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(np.asarray(g).view("u4"), w.numpy().view("u4"))
    return [node.kernel.name for node in plan.nodes]


def operands(shape):
    x, dy = rng.standard_normal((2, *shape)).astype("float32")
    x[0, 0], x[1, 0] = 0.0, -0.0
    gamma, beta = rng.standard_normal((2, shape[1])).astype("float32")
    gamma[0] = beta[0] = 0.0  # y is zero of both signs
    return [as_tensor(t) for t in (x, gamma, beta, dy)]


def gradients(f, dy, *sources):
    with GradientTape() as tape:
        tape.watch(sources)
        y = f(*sources)
    return [y, *tape.gradient(y, sources, output_gradients=dy)]


@pytest.mark.parametrize("shape", SHAPES)
def test_relu_behind(shape, isa, n_threads):
    def step(x, gamma, beta, dy):
        return gradients(lambda *a: activation.relu(norm.batch_norm(*a)), dy, x, gamma, beta)

    names = planned_and_eager(step, *operands(shape))
    assert not [n for n in names if n.startswith("activation")], names


@pytest.mark.parametrize("shape", SHAPES)
def test_relu_before(shape, isa, n_threads):
    def step(x, gamma, beta, dy):
        return gradients(lambda x, *a: norm.batch_norm(activation.relu(x), *a), dy, x, gamma, beta)

    names = planned_and_eager(step, *operands(shape))
    assert names.count("activation") == 1 and "activation_backward" not in names, names


@pytest.mark.parametrize("shape", [(2, 5, 8), (2, 9000, 8)])
def test_relus_around_groups(shape, isa, n_threads):
    def step(x, gamma, beta, dy):
        def f(x, *a):
            return activation.relu(norm.group_norm(activation.relu(x), 4, *a))

        return gradients(f, dy, x, gamma, beta)

    x, dy = (as_tensor(rng.standard_normal(shape).astype("f4")) for _ in range(2))
    gamma, beta = (as_tensor(rng.standard_normal(8).astype("f4")) for _ in range(2))
    names = planned_and_eager(step, x, gamma, beta, dy)
    assert names.count("activation") == 1 and "activation_backward" not in names, names


def test_relu_behind_inference():
    def infer(x, gamma, beta, dy):
        return [activation.relu(norm.batch_norm_inference(x, beta, as_tensor(np.ones(10, "f4")), gamma, beta))]

    assert planned_and_eager(infer, *operands((32, 10))) == ["batch_norm_apply"]


def test_both_sides():
    def step(x, gamma, beta, dy):
        def f(x, *a):
            return activation.relu(norm.batch_norm(activation.relu(x), *a))

        return gradients(f, dy, x, gamma, beta)

    names = planned_and_eager(step, *operands((32, 10)))
    assert names == ["activation", "batch_norm", "batch_norm_backward"]


def test_what_something_else_reads_is_there():
    """The normalised numbers and the gradient behind the relu, too, are results."""

    def step(x, gamma, beta, dy):
        with GradientTape(persistent=True) as tape:
            tape.watch([x, gamma])
            n = norm.batch_norm(x, gamma, beta)
            y = activation.relu(n)
        return [n, y, *tape.gradient(y, [x, gamma, n], output_gradients=dy)]

    names = planned_and_eager(step, *operands((32, 10)))
    assert {"activation", "activation_backward"} <= set(names)


def test_the_gradient_before_a_slope_is_wanted_too():
    for take in (lambda dx: dx, lambda dx: dx * 2.0):

        def step(x, gamma, beta, dy):
            with GradientTape() as tape:
                tape.watch(x)
                positive = activation.relu(x)
                y = norm.batch_norm(positive, gamma, beta)
            dx, dpositive = tape.gradient(y, [x, positive], output_gradients=dy)
            return [dx, take(dpositive)]  # noqa: B023

        assert "activation_backward" in planned_and_eager(step, *operands((32, 10)))


def test_slope_of_another_relu_stays():
    def step(x, gamma, beta, dy):
        other = activation.relu(as_tensor(beta) * 1.0)

        def f(x, gamma, beta):
            return activation.relu(linalg.matmul(norm.batch_norm(x, gamma, beta), as_tensor(np.eye(10, dtype="f4"))))

        return [other, *gradients(f, dy, x, gamma, beta)]

    planned_and_eager(step, *operands((32, 10)))
