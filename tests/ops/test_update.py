import numpy as np
import pytest

from pyseq.core import Variable, as_tensor, config, float32
from pyseq.ops import update
from tests.references import update as reference

# One rounding or two for each of about ten operations on numbers near 1.
TOLERANCE = {"float32": 3e-6, "float64": 1e-14}
SIZES = (0, 1, 17, 1000, 40_000)  # under a vector, odd, several parts
RATE = 0.01

CASES = {
    "sgd": ("sgd", (), {}),
    "sgd_momentum": ("sgd", ("m",), {"momentum": 0.9}),
    "sgd_nesterov": ("sgd", ("m",), {"momentum": 0.9, "nesterov": True}),
    "adam": ("adam", ("m", "v"), {}),
    "adam_betas": ("adam", ("m", "v"), {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3}),
    "adam_amsgrad": ("adam", ("m", "v", "v_max"), {}),
    "adamax": ("adamax", ("m", "u"), {}),
    "adamax_betas": ("adamax", ("m", "u"), {"beta_1": 0.7, "beta_2": 0.5, "epsilon": 1e-3}),
    "nadam": ("nadam", ("m", "v"), {}),
    "nadam_betas": ("nadam", ("m", "v"), {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3}),
    "lion": ("lion", ("m",), {}),
    "lion_betas": ("lion", ("m",), {"beta_1": 0.5, "beta_2": 0.7}),
    "ftrl": ("ftrl", ("a", "z"), {}),
    "ftrl_penalties": ("ftrl", ("a", "z"), {"l1": 0.3, "l2": 0.1, "shrinkage": 0.2, "beta": 0.5}),
    "ftrl_power": ("ftrl", ("a", "z"), {"power": -0.7, "l1": 0.3}),
    "ftrl_fixed": ("ftrl", ("a", "z"), {"power": 0.0, "l1": 0.3, "l2": 0.1}),
    "rmsprop": ("rmsprop", ("v",), {}),
    "rmsprop_beside": ("rmsprop", ("v",), {"epsilon": 0.1, "epsilon_beside": True}),
    "adagrad_beside": ("adagrad", ("a",), {"epsilon": 0.1, "epsilon_beside": True}),
    "rmsprop_momentum": ("rmsprop", ("v", "step"), {"momentum": 0.5, "rho": 0.8}),
    "rmsprop_centered": ("rmsprop", ("v", "mean"), {"epsilon": 1e-3}),
    "rmsprop_all": ("rmsprop", ("v", "step", "mean"), {"momentum": 0.5, "epsilon": 1e-3}),
    "adagrad": ("adagrad", ("a",), {}),
    "adadelta": ("adadelta", ("a", "d"), {}),
}


def state_and_gradient(case, n, dtype):
    """Weights, plausible slots (squares are positive, a mean's square is at most the mean square), and a gradient."""
    rng = np.random.default_rng(n)
    state = {"w": rng.standard_normal(n)}
    for name in CASES[case][1]:
        x = rng.standard_normal(n)
        state[name] = x * 0.1 if name in ("m", "step", "mean", "z") else 0.5 + x**2
    return {k: x.astype(dtype) for k, x in state.items()}, rng.standard_normal(n).astype(dtype)


def updated(case, state, g, t=3, rate=RATE):
    """The state after one step of the op."""
    op, slots, kwargs = CASES[case]
    v = {k: Variable(x, name=k) for k, x in state.items()}
    g, rate = as_tensor(g), as_tensor(rate, dtype="float64")
    if op == "adam":
        betas = kwargs.get("beta_1", 0.9), kwargs.get("beta_2", 0.999)
        rate = update.adam_step_size(rate, as_tensor(np.int64(t - 1)), *betas, dtype="float64")
    elif op == "adamax":
        rate = update.adamax_step_size(rate, as_tensor(np.int64(t - 1)), kwargs.get("beta_1", 0.9), dtype="float64")
    elif op == "nadam":
        betas, product = (kwargs.get("beta_1", 0.9), kwargs.get("beta_2", 0.999)), Variable(np.array([0.0, 1.0]))
        rate = update.nadam_step_sizes(rate, as_tensor(np.int64(t - 1)), product, *betas, dtype=v["w"].dtype)
    getattr(update, op)(v["w"], g, rate, *[], **{k: v[k] for k in slots}, **kwargs)
    return {k: x.numpy() for k, x in v.items()}


def expected(case, state, g, t=3):
    op, _, kwargs = CASES[case]
    state = {k: x.astype("float64") for k, x in state.items()}
    count = {"t": t} if op in ("adam", "adamax", "nadam") else {}
    return getattr(reference, op)(state, g.astype("float64"), RATE, **count, **kwargs)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_matches_reference(case, dtype, isa, n_threads):
    for n in SIZES:
        state, g = state_and_gradient(case, n, dtype)
        got, want = updated(case, state, g), expected(case, state, g)
        assert got.keys() == want.keys()
        for k in got:
            np.testing.assert_allclose(
                got[k], want[k], rtol=0, atol=TOLERANCE[dtype] * (1 + np.abs(want[k]).max(initial=0))
            )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_same_bits_for_every_instruction_set_and_position(case, dtype):
    state, g = state_and_gradient(case, 20_000, dtype)
    before, results = config.isa(), []
    try:
        for isa in config.available_isas():
            config.set_isa(isa)
            results.append(updated(case, state, g))
            for start, end in ((1, 20_000), (7, 100), (16_383, 16_390)):
                part = updated(case, {k: x[start:end] for k, x in state.items()}, g[start:end])
                for k in part:
                    np.testing.assert_array_equal(part[k], results[0][k][start:end])
    finally:
        config.set_isa(before)
    for other in results[1:]:
        for k in other:
            np.testing.assert_array_equal(other[k], results[0][k])


@pytest.mark.parametrize("case", CASES)
def test_nan_and_infinity_stay_where_they_are(case):
    state, g = state_and_gradient(case, 50, "float32")
    g[3], g[40] = np.nan, np.inf
    got = updated(case, state, g)
    clean = updated(case, state, np.where(np.isfinite(g), g, 0).astype("float32"))
    assert np.isnan(got["w"][3])
    assert np.isfinite(got["w"][40]) == (CASES[case][0] == "lion")  # the sign of infinity is 1
    others = np.isfinite(g)
    for k in got:
        np.testing.assert_array_equal(got[k][others], clean[k][others])


def test_gradient_may_be_the_weight_itself():
    w = Variable(np.array([1.0, 2.0], "float32"))
    held = w.value()
    update.sgd(w, held, as_tensor(0.5))
    np.testing.assert_array_equal(w.numpy(), [0.5, 1.0])
    np.testing.assert_array_equal(held.numpy(), [1.0, 2.0])


def test_rate_may_have_another_dtype_than_the_weight():
    for rate in (as_tensor(0.5, "float32"), as_tensor(0.5, "float64"), Variable(0.5)):
        for dtype in ("float32", "float64"):
            w = Variable(np.ones(3, dtype))
            update.sgd(w, as_tensor(np.ones(3, dtype)), rate)
            np.testing.assert_array_equal(w.numpy(), [0.5] * 3)


def test_adam_step_size_rounds_as_float32_does():
    # From tf.keras 2.15: one step of Adam(0.1) on w = 10 with g = 10 gives 9.900001, not 9.9.
    one = np.float32(1)
    want = np.float32(0.1) * np.sqrt(one - np.float32(0.999)) / (one - np.float32(0.9))
    got = update.adam_step_size(as_tensor(0.1), as_tensor(np.int64(0)), 0.9, 0.999)
    assert got.dtype is float32 and abs(float(got) - want) <= 2 * np.spacing(want)


def test_adam_step_size_tends_to_the_rate():
    assert float(update.adam_step_size(as_tensor(0.1), as_tensor(np.int64(10**9)), 0.9, 0.999)) == np.float32(0.1)
    assert float(update.adamax_step_size(as_tensor(0.1), as_tensor(np.int64(10**9)), 0.9)) == np.float32(0.1)


def test_product_of_nadam_follows_the_count():
    """Step by step, from the middle, again, back, and very far: the product is that of the count's step."""

    def sizes(count, product, cache=None):
        count = as_tensor(np.int64(count))
        return update.nadam_step_sizes(as_tensor(0.1), count, product, 0.9, 0.999, dtype="float64", cache=cache).numpy()

    product, cache = Variable(np.array([0.0, 1.0])), Variable(np.float64(1))
    in_turn = [sizes(k, product, cache) for k in range(6)]
    assert product.numpy()[0] == 6 and product.numpy()[1] == cache.numpy()
    assert cache.numpy() == pytest.approx(np.prod([0.9 * (1 - 0.5 * 0.96**t) for t in range(1, 7)]), rel=1e-14)
    for k in (3, 3, 4, 0, 5):
        np.testing.assert_array_equal(sizes(k, product), in_turn[k])
    far = sizes(10**15, product)
    np.testing.assert_allclose(far, [0.1 * 0.9, 0.1 * 0.1, 1.0], rtol=1e-7)
    with pytest.raises(ValueError, match="`product` must be two float64 numbers"):
        sizes(0, Variable(np.ones(2, "float32")))
    w = Variable(np.ones(3, "float32"))
    with pytest.raises(ValueError, match="`step_sizes` must be three numbers of the dtype float32"):
        update.nadam(w, w.value(), as_tensor(in_turn[0]), w, w)


def test_lion_and_ftrl_at_zero():
    w, m = Variable(np.ones(3, "float32")), Variable(np.array([0.0, 0.0, 1.0], "float32"))
    update.lion(w, as_tensor(np.array([0.0, -1.0, -1.0], "float32")), as_tensor(0.5), m, beta_1=0.5)
    np.testing.assert_array_equal(w.numpy(), [1.0, 1.5, 1.0])
    w, a, z = (Variable(np.full(2, x, "float32")) for x in (1.0, 0.25, 0.0))
    update.ftrl(w, as_tensor(np.array([0.01, -5.0], "float32")), as_tensor(0.5), a, z, l1=0.1)
    assert w.numpy()[0] == 0 and w.numpy()[1] > 0  # |z| under l1


def test_weight_decay_time_decay_and_counting(isa):
    w = Variable(np.array([1.0, -2.0, 4.0], "float32"))
    update.weight_decay(w, as_tensor(0.5), 0.25)
    np.testing.assert_array_equal(w.numpy(), [0.875, -1.75, 3.5])
    iterations = Variable(np.int64(3))
    assert float(update.time_decay(as_tensor(1.0), iterations, 0.5)) == np.float32(1 / 2.5)
    update.count_step(iterations)
    assert iterations.numpy() == 4
    update.check_count("f", iterations)
    for wrong in (Variable(np.int32(3)), Variable(np.zeros(1, "int64")), Variable(3.0)):
        with pytest.raises(ValueError, match="^f: `iterations` must be one int64 number. Received: shape="):
            update.check_count("f", wrong)


def test_moving_average_and_copy_every(isa):
    w, average = Variable(np.full(40_000, 3.0, "float32")), Variable(np.ones(40_000, "float32"))
    update.moving_average(average, w, 0.75)
    assert (average.numpy() == 1.5).all()
    for count, value in ((0, 3.0), (1, 3.0), (2, 1.5), (3, 3.0)):
        w.assign(np.full(40_000, 3.0, "float32"))
        update.copy_every(w, average, Variable(np.int64(count)), 3)
        assert (w.numpy() == value).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_clipping(dtype, isa, n_threads):
    rng = np.random.default_rng(0)
    for n in (1, 17, 50_000):
        g = rng.standard_normal(n).astype(dtype)
        norm = np.linalg.norm(g.astype("float64"))
        t = as_tensor(g)
        np.testing.assert_allclose(update.clip_by_norm(t, 0.5).numpy(), g * min(1, 0.5 / norm), rtol=1e-6)
        np.testing.assert_array_equal(update.clip_by_norm(t, 2 * norm).numpy(), g)
        np.testing.assert_array_equal(
            update.clip_by_magnitude(t, 0.3).numpy(), np.clip(g, dtype_of(g)(-0.3), dtype_of(g)(0.3))
        )
        total = update.square_total([t, t, as_tensor(np.zeros(0, dtype))])
        np.testing.assert_allclose(float(total), 2 * norm**2, rtol=1e-12)
        np.testing.assert_allclose(
            update.clip_by_norm(t, 0.5, total).numpy(), g * min(1, 0.5 / (norm * np.sqrt(2))), rtol=1e-6
        )


def dtype_of(a):
    return a.dtype.type


def test_square_total_has_the_same_bits_everywhere():
    g = as_tensor(np.random.default_rng(0).standard_normal(100_003).astype("float32"))
    before, found = (config.isa(), config.get_num_threads()), set()
    try:
        for isa in config.available_isas():
            for n in (1, 2):
                config.set_isa(isa)
                config.set_num_threads(n)
                found.add(float(update.square_total([g])))
    finally:
        config.set_isa(before[0])
        config.set_num_threads(before[1])
    assert len(found) == 1


def test_clipping_of_what_is_not_finite():
    g = as_tensor(np.array([1.0, np.nan, np.inf], "float32"))
    np.testing.assert_array_equal(update.clip_by_magnitude(g, 0.5).numpy(), np.array([0.5, np.nan, 0.5], "float32"))
    whole = update.clip_by_norm(as_tensor([1.0, 2.0]), 0.5, update.square_total([as_tensor([np.inf])]))
    assert np.isnan(whole.numpy()).all()  # as tf.clip_by_global_norm
    zero = update.clip_by_norm(as_tensor([0.0, 0.0]), 0.5)
    np.testing.assert_array_equal(zero.numpy(), [0.0, 0.0])


def test_what_updates_check_and_how_they_are_cut():
    assert [update.parts_of(n) for n in (0, 1, 16384, 16385)] == [0, 1, 1, 2]
    w = Variable(np.ones(3, "float32"), name="w:0")
    update.check_variable("f", w, w.value(), w)
    with pytest.raises(ValueError, match="^f: a slot must have the shape and dtype of w:0"):
        update.check_variable("f", w, w.value(), Variable(np.ones(2, "float32")))
    update.check_rate("f", as_tensor(1.0))
    with pytest.raises(ValueError, match="^f: the rate must be one float32 or float64 number"):
        update.check_rate("f", as_tensor(np.int32(1)))


def test_errors_name_the_variable_and_what_was_wrong():
    w, rate = Variable(np.ones(3, "float32"), name="dense/kernel:0"), as_tensor(0.1)
    with pytest.raises(ValueError, match=r"sgd: `gradient` must have the shape and dtype of dense/kernel:0.*\(4,\)"):
        update.sgd(w, as_tensor(np.ones(4, "float32")), rate)
    with pytest.raises(ValueError, match="dtype=float64"):
        update.adagrad(w, as_tensor(np.ones(3)), rate, w)
    with pytest.raises(ValueError, match="adagrad: a slot"):
        update.adagrad(w, as_tensor(np.ones(3, "float32")), rate, Variable(np.ones(2, "float32")))
    with pytest.raises(ValueError, match="the rate must be one float32 or float64 number"):
        update.sgd(w, as_tensor(np.ones(3, "float32")), as_tensor([0.1]))
    with pytest.raises(TypeError, match="must be float32 or float64.*int32"):
        update.sgd(Variable(np.ones(3, "int32")), as_tensor(np.ones(3, "int32")), rate)
    with pytest.raises(ValueError, match="`iterations` must be one int64 number"):
        update.count_step(Variable(np.int32(0)))
