"""Special functions: values that are known, identities, gradients."""

import math

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor
from pyseq.ops import special
from tests.ops.proofs import check_op

X = np.array([0.1, 0.5, 0.7, 1.0, 1.5, 2.3, 5.0, 11.0])
GAMMA, PI = 0.5772156649015329, math.pi


def test_gamma_functions():
    check_op(special.lgamma, X, want=[[math.lgamma(x) for x in X]])
    check_op(special.lgamma, -X[:3], want=[[math.lgamma(-x) for x in X[:3]]])
    check_op(
        special.digamma,
        np.array([1.0, 0.5, 2.0, -0.5]),
        want=[[-GAMMA, -GAMMA - 2 * math.log(2), 1 - GAMMA, 0.03648997397857652]],
    )
    check_op(special.digamma, X)
    check_op(
        lambda x: special.polygamma(1.0, x), np.array([1.0, 0.5, 2.0]), want=[[PI**2 / 6, PI**2 / 2, PI**2 / 6 - 1]]
    )
    check_op(lambda x: special.polygamma(3.0, x), np.array([1.0, 0.5]), want=[[PI**4 / 15, PI**4]])
    check_op(lambda q: special.zeta(3.0, q), np.array([1.0, 2.0]), want=[[1.2020569031595942, 0.2020569031595942]])
    check_op(
        special.lbeta,
        np.array([[1.0, 2.0], [2.5, 3.5]]),
        want=[[math.log(0.5), math.lgamma(2.5) + math.lgamma(3.5) - math.lgamma(6)]],
    )
    np.testing.assert_array_equal(special.lgamma([0.0, -1.0, -2.0]).numpy(), [np.inf] * 3)
    assert np.isnan(special.digamma([0.0, -3.0])).all() and np.isnan(special.polygamma([-1.0, 1.5], [0.5, 0.5])).all()
    assert special.zeta([1.0, 2.0], [1.0, -1.0]).numpy().tolist() == [np.inf, np.inf]


def test_normal_functions():
    x = np.array([-1.4, -0.3, 0.0, 1e-9, 0.4, 1.2])
    check_op(special.erfc, x, want=[[math.erfc(v) for v in x]])
    check_op(special.erfinv, np.array([math.erf(v) for v in x]), want=[x], rtol=1e-11)
    check_op(special.erfcinv, np.array([math.erfc(v) for v in x]), want=[x], rtol=1e-9)
    p = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x])
    check_op(special.ndtri, p, want=[x], rtol=1e-11)
    np.testing.assert_allclose(special.erfinv(as_tensor(math.erf(4.0), "float64")).numpy(), 4.0, rtol=1e-8)
    assert special.erfinv([-1.0, 1.0]).numpy().tolist() == [-np.inf, np.inf]
    assert (
        special.ndtri([0.0, 1.0]).numpy().tolist() == [-np.inf, np.inf]
        and np.isnan(special.ndtri(1.5))
        and np.isnan(special.erfinv(2.0))
    )


@pytest.mark.parametrize("name", ["xlogy", "xlog1py", "xdivy", "multiply_no_nan"])
def test_zero_wins(name):
    x, y = np.array([[0.5, 2.0, -3.0]]), np.array([[0.7], [2.5]])
    want = {"xlogy": x * np.log(y), "xlog1py": x * np.log1p(y), "xdivy": x / y, "multiply_no_nan": x * y}[name]
    check_op(getattr(special, name), x, y, want=want)


def test_zero_wins_where_the_other_is_none():
    for f in (special.xlogy, special.xlog1py, special.xdivy):
        x, y = as_tensor([0.0, 0.0, 2.0]), as_tensor([0.0, -5.0, 4.0])
        with GradientTape() as tape:
            tape.watch([x, y])
            z = f(x, y)
        dx, dy = tape.gradient(z, [x, y])
        assert z.numpy()[:2].tolist() == dx.numpy()[:2].tolist() == dy.numpy()[:2].tolist() == [0, 0]
    assert special.multiply_no_nan([np.nan, np.inf], [0.0, 0.0]).numpy().tolist() == [0, 0]


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_cumulative_logsumexp(axis, exclusive, reverse):
    x = np.random.default_rng(0).standard_normal((3, 4))
    a = np.flip(np.exp(x), axis) if reverse else np.exp(x)
    sums = np.cumsum(a, axis) - (a if exclusive else 0)
    sums = np.flip(sums, axis) if reverse else sums
    tail = [slice(None)] * 2
    tail[axis] = slice(1, None) if exclusive and not reverse else slice(0, -1) if exclusive else slice(None)
    f = lambda x: special.cumulative_logsumexp(x, axis, exclusive, reverse)[tuple(tail)]  # noqa: E731
    check_op(f, x, want=np.log(sums[tuple(tail)]))
    if exclusive:
        assert (
            np.isneginf(special.cumulative_logsumexp(x, axis, True, reverse).numpy()).sum() == x.size // x.shape[axis]
        )


def test_float32_is_rounded_once():
    x = np.linspace(0.1, 0.9, 50).astype("float32")
    for f in (special.lgamma, special.digamma, special.erfc, special.erfinv, special.ndtri):
        got, exact = f(x).numpy(), f(x.astype("float64")).numpy()
        assert got.dtype == np.float32
        np.testing.assert_array_equal(got, exact.astype("float32"))


def test_integers_are_refused():
    with pytest.raises(TypeError, match="^lgamma: `x` must be floating point. Received: dtype=int32"):
        special.lgamma(as_tensor([1]))
