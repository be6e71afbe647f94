import numpy as np
import pytest

from pyseq.core import Variable, as_tensor, config
from pyseq.ops import update_adafactor
from tests.references import update as reference

SHAPES = [(), (1,), (17,), (40_000,), (1, 1), (5, 7), (1, 50), (50, 1), (300, 70), (3, 3, 6, 5), (2, 0), (33, 2000)]
CASES = {
    "defaults": {},
    "arguments": {"beta_2_decay": -0.5, "epsilon_1": 1e-4, "epsilon_2": 0.5, "clip_threshold": 0.3},
}
# float32: a dozen roundings, and means of up to 2000 squares, which are in double.
TOLERANCE = {"float32": 3e-6, "float64": 1e-13}
RATE, T = 0.3, 3


def state_and_gradient(shape, dtype, seed=0):
    rng = np.random.default_rng(seed)
    state = {"w": rng.standard_normal(shape), "v": 0.5 + rng.random(shape)}
    if len(shape) > 1:
        state["r"], state["c"] = 0.5 + rng.random(shape[:-1]), 0.5 + rng.random((*shape[:-2], shape[-1]))
    g = rng.standard_normal(shape) * (rng.random(shape) > 0.2)
    return {k: np.asarray(x, dtype) for k, x in state.items()}, np.asarray(g, dtype)


def updated(state, g, t=T, **kwargs):
    v = {k: Variable(x, name=k) for k, x in state.items()}
    rate, count = as_tensor(RATE, dtype="float64"), as_tensor(np.int64(t - 1))
    slots = {k: v[k] for k in "vrc" if k in v}
    update_adafactor.adafactor(v["w"], as_tensor(g), rate, count, **slots, **kwargs)
    return {k: x.numpy() for k, x in v.items()}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("case", CASES)
def test_matches_reference(case, shape, dtype, isa, n_threads):
    state, g = state_and_gradient(shape, dtype)
    got = updated(state, g, **CASES[case])
    if not g.size:
        return
    want = reference.adafactor(
        {k: x.astype("float64") for k, x in state.items()}, g.astype("float64"), RATE, T, **CASES[case]
    )
    assert got.keys() == want.keys()
    for k in got:
        np.testing.assert_allclose(got[k], want[k], rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype], err_msg=k)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(40_001,), (301, 77), (3, 3, 40, 50), (33, 2003)])
def test_same_bits_everywhere(shape, dtype):
    state, g = state_and_gradient(shape, dtype)
    before, results = (config.isa(), config.get_num_threads()), []
    try:
        for isa in config.available_isas():
            for n in (1, 2, 3):
                config.set_isa(isa)
                config.set_num_threads(n)
                results.append(updated(state, g))
    finally:
        config.set_isa(before[0])
        config.set_num_threads(before[1])
    for other in results[1:]:
        for k in other:
            np.testing.assert_array_equal(other[k], results[0][k])


def test_zero_gradients_do_no_harm():
    """A row and a column of zeros: v is below float32's numbers where they meet, and tf.keras divides by its root."""
    state = {k: np.zeros(s, "float32") for k, s in (("v", (3, 4)), ("r", 3), ("c", 4))}
    state["w"], g = np.ones((3, 4), "float32"), np.ones((3, 4), "float32")
    g[1], g[:, 2] = 0, 0
    after = updated(state, g, t=1)
    assert (after["w"][g == 0] == 1).all() and (after["w"][g != 0] < 1).all()


def test_nan_spreads_no_further_than_the_norm_says():
    state, g = state_and_gradient((4, 5), "float32")
    g[1, 2] = np.nan
    assert np.isnan(updated(state, g)["w"]).all()


def test_errors():
    state, g = state_and_gradient((4, 5), "float32")
    with pytest.raises(ValueError, match=r"adafactor: `c` must be a Variable of shape \(5,\) and dtype float32"):
        updated({**state, "c": state["r"]}, g)
    with pytest.raises(ValueError, match=r"adafactor: `r` must be.*Received: None"):
        updated({k: state[k] for k in "wv"}, g)
    with pytest.raises(ValueError, match="adafactor: `gradient` must have the shape"):
        updated(state, g[1:])
