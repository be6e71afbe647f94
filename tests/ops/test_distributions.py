"""Draws by NumPy: their values are NumPy's own for the key, so what is tested is the key, shapes, dtypes and refusals."""

import numpy as np
import pytest

from pyseq.core import GradientTape, as_tensor
from pyseq.ops import distributions
from pyseq.ops.distributions import generator_of
from pyseq.plan import function
from pyseq.random import SeedGenerator, state_of

DRAWS = {
    "gamma": lambda state, dtype="float32": distributions.gamma((4, 3), np.float32([1.0, 2.0, 30.0]), dtype, state),
    "beta": lambda state, dtype="float32": distributions.beta((4, 3), 2.0, 3.0, dtype, state),
    "poisson": lambda state, dtype="float32": distributions.poisson((4, 3), 4.0, dtype, state),
    "binomial": lambda state, dtype="float32": distributions.binomial((4, 3), 10.0, 0.3, dtype, state),
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_state_says_all(name, dtype):
    first, second, other = [DRAWS[name](state_of(SeedGenerator(k)), dtype) for k in (1, 1, 2)]
    assert first.shape == (4, 3) and first.dtype == dtype
    assert first.numpy().tobytes() == second.numpy().tobytes() != other.numpy().tobytes()


@pytest.mark.parametrize("name", DRAWS)
def test_plans_draw_what_eager_code_draws(name):
    eager, planned = (state_of(SeedGenerator(3)) for _ in range(2))
    plan = function(lambda: DRAWS[name](planned))
    for _ in range(3):
        assert plan().numpy().tobytes() == DRAWS[name](eager).numpy().tobytes()


def test_generator_of_a_key():
    a, b, c = [generator_of(np.int64(key)).random(3).tolist() for key in ([1, 2], [1, 2], [1, 3])]
    assert a == b != c


def test_categorical():
    logits = np.log(np.float32([[0.5, 0.25, 0.25], [1e-9, 1.0, 1e-9]]))
    draw = distributions.categorical(logits, 20000, "int64", state_of(SeedGenerator(4))).numpy()
    assert draw.shape == (2, 20000) and draw.dtype == "int64" and (draw[1] == 1).all()
    np.testing.assert_allclose(np.bincount(draw[0]) / 20000, [0.5, 0.25, 0.25], atol=0.02)
    for wrong, n in ((logits[0], 2), (logits[:, :0], 2), (logits, -1), (np.int64([[1, 2]]), 2)):
        with pytest.raises(ValueError, match="categorical: "):
            distributions.categorical(wrong, n, "int64", state_of(None))


@pytest.mark.parametrize("name", DRAWS)
def test_empty(name):
    draw = getattr(distributions, name)
    parameters = (2.0, 0.5) if name in ("beta", "binomial") else (2.0,)
    assert draw((0, 3), *parameters, "float32", state_of(None)).shape == (0, 3)


def test_wrong_parameters():
    with pytest.raises(ValueError, match="gamma: operands must have shapes that broadcast"):
        distributions.gamma((2,), np.ones(3, "float32"), "float32", state_of(None))


def test_no_gradient():
    alpha = as_tensor(np.float32([1.0, 2.0]))
    with GradientTape() as tape:
        tape.watch(alpha)
        y = distributions.gamma((2,), alpha, "float32", state_of(None))
    with pytest.raises(NotImplementedError, match="draws have no gradient"):
        tape.gradient(y, alpha)
