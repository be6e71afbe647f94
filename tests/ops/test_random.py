import math

import numpy as np
import pytest

from pyseq.core import GradientTape, Variable, as_tensor, bool_, config, engine, float32, float64, int64, uint32
from pyseq.core import kernels as kernels_of
from pyseq.ops import random
from tests.gradcheck import check_vjp
from tests.references import random as reference

N = 200_000
SEED = 0x0123_4567_89AB_CDEF


def state(seed=SEED, counter=0):
    return Variable(np.array([seed, counter], "uint64").view("int64"))


# Kolmogorov-Smirnov: sqrt(n) times the largest distance between distribution functions exceeds 1.95 in 1 of 1000 samples;
# chi-square: (x - k) / sqrt(2 k) exceeds 3.3 in about as many. Seeds are fixed, so a test passes always or never.


def kolmogorov_smirnov(sample, distribution):
    x = distribution(np.sort(np.asarray(sample, "float64")))
    steps = np.arange(len(x) + 1) / len(x)
    return math.sqrt(len(x)) * max(np.max(steps[1:] - x), np.max(x - steps[:-1]))


def chi_square(counts, expected):
    counts, expected = np.asarray(counts, "float64"), np.broadcast_to(expected, np.shape(counts))
    k = counts.size - 1
    return (np.sum((counts - expected) ** 2 / expected) - k) / math.sqrt(2 * k)


def normal_cdf(x):
    return np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x])


def assert_uncorrelated(x, lags=(1, 2, 3, 15, 16, 17, 32, 48, 64, 1024)):
    x = (x - x.mean()) / x.std()
    for lag in lags:
        assert abs(np.mean(x[lag:] * x[:-lag])) * math.sqrt(len(x)) < 4, f"lag {lag}"


# ------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    "counter, key, words",
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_known_answers(counter, key, words):
    # Random123 1.14, tests/kat_vectors, philox4x32 10.
    assert reference.philox(counter, key) == words


def test_words_are_those_of_philox(isa):
    for seed, counter in ((0, 0), (SEED, 12345), (2**64 - 1, 2**32 - 8), (7, 2**64 - 24)):
        got = random.bits(150, state(seed, counter)).numpy()
        assert got.tolist() == [reference.word(seed, counter, j) for j in range(150)]


def test_state_moves_on_by_the_blocks_used():
    for n, bits, blocks in ((0, 32, 0), (1, 32, 16), (64, 32, 16), (65, 32, 32), (1, 64, 16), (33, 64, 32)):
        s = state(5, 100)
        dtype = "float64" if bits == 64 else "float32"
        random.uniform((n,), 0, 1, dtype, s)
        assert s.numpy().tolist() == [5, 100 + blocks]


def test_draws_follow_each_other_without_overlap():
    s = state()
    first, second = random.bits(128, s).numpy(), random.bits(128, s).numpy()
    whole = random.bits(256, state()).numpy()
    np.testing.assert_array_equal(np.concatenate([first, second]), whole)


def test_integer_seed_gives_the_same_numbers_each_time():
    a, b, c = (random.normal((100,), 0, 1, "float32", seed).numpy() for seed in (3, 3, 4))
    np.testing.assert_array_equal(a, b)
    assert not np.intersect1d(a, c).size


# ------------------------------------------------------------------------------------- values, bit by bit

DRAWS = {
    "uniform": lambda n, dtype, s: random.uniform((n,), -2.0, 3.0, dtype, s),
    "normal": lambda n, dtype, s: random.normal((n,), 1.0, 2.0, dtype, s),
    "truncated_normal": lambda n, dtype, s: random.truncated_normal((n,), 1.0, 2.0, dtype, s),
    "dropout": lambda n, dtype, s: random.dropout(np.linspace(1, 2, n).astype(dtype), 0.3, s),
    "bernoulli": lambda n, dtype, s: random.bernoulli((n,), 0.3, s),
    "integers": lambda n, dtype, s: random.integers((n,), -5, 1000, "int32", s),
    "permutation": lambda n, dtype, s: random.permutation(n, s),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normal_matches_reference(dtype, isa):
    bits = 64 if dtype == "float64" else 32
    want = [reference.normal(SEED, 16, j, bits) for j in range(300)]
    # float32: an angle's 24 bits and a logarithm's rounding, times a radius up to 6.7.
    tolerance = 5e-6 if bits == 32 else 1e-13
    np.testing.assert_allclose(
        random.normal((300,), 0, 1, dtype, state(SEED, 16)).numpy(), want, rtol=0, atol=tolerance
    )
    want = [reference.truncated_normal(SEED, 16, j, bits) for j in range(300)]
    got = random.truncated_normal((300,), 0, 1, dtype, state(SEED, 16)).numpy()
    np.testing.assert_allclose(got, want, rtol=0, atol=tolerance)


def test_uniform_matches_reference(isa):
    want = np.array([(reference.word(SEED, 0, j) >> 8) / 2**24 for j in range(200)], "float32")
    np.testing.assert_array_equal(random.uniform((200,), 0, 1, "float32", state()).numpy(), want)
    want = [(reference.word64(SEED, 0, j) >> 11) / 2**53 for j in range(200)]
    np.testing.assert_array_equal(random.uniform((200,), 0, 1, "float64", state()).numpy(), want)


def test_integers_match_reference(isa):
    for low, high, dtype in ((-5, 6, "int32"), (0, 256, "uint8"), (-(2**63), 2**63, "int64"), (0, 2**64, "uint64")):
        want = [low + (reference.word64(SEED, 0, j) * (high - low) >> 64) for j in range(100)]
        assert random.integers((100,), low, high, dtype, state()).numpy().tolist() == want


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_same_bits_for_every_instruction_set_thread_count_and_length(draw, dtype):
    before, found = (config.isa(), config.get_num_threads()), []
    limit = engine.set_parallel_work(1)
    try:
        for isa in config.available_isas():
            for threads in (1, 2, 3):
                config.set_isa(isa)
                config.set_num_threads(threads)
                found.append(DRAWS[draw](50_001, dtype, state()).numpy())
    finally:
        config.set_isa(before[0])
        config.set_num_threads(before[1])
        engine.set_parallel_work(limit)
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])
    if draw not in ("permutation", "dropout"):  # an element does not know how many follow it
        for n in (1, 63, 64, 65, 4096, 4097):
            np.testing.assert_array_equal(DRAWS[draw](n, dtype, state()).numpy(), found[0][:n])


@pytest.mark.parametrize(
    "name, dtype", [("random_normal", float32), ("random_normal", float64), ("random_bits", uint32)]
)
def test_same_bits_for_every_cut(name, dtype):
    n, key = 20_000, as_tensor(np.array([1, 2], "int64"))
    parts = -(-n // random.CHUNK)
    call = (kernels_of(name), (key,), (((n,), dtype),), (n,), (0.0, 1.0), parts)
    whole = engine.run_parts(*call, [(0, parts)], dtype)[0].numpy()
    pieces = engine.run_parts(*call, [(3, 5), (0, 1), (1, 3)], dtype)[0].numpy()
    np.testing.assert_array_equal(whole, pieces)


# -------------------------------------------------------------------------------------------- distributions


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_uniform_is_uniform(dtype):
    x = random.uniform((N,), -1.0, 3.0, dtype, state()).numpy()
    assert x.min() >= -1 and x.max() < 3
    assert kolmogorov_smirnov(x, lambda v: (v + 1) / 4) < 1.95
    assert abs(x.mean() - 1) < 4 * (4 / math.sqrt(12 * N)) and abs(x.var() - 16 / 12) < 0.01
    assert_uncorrelated(x)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normal_is_normal(dtype):
    x = random.normal((N,), 0, 1, dtype, state()).numpy().astype("float64")
    assert kolmogorov_smirnov(x, normal_cdf) < 1.95
    for moment, value, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs(np.mean(x**moment) - value) < 4 * math.sqrt(variance / N)
    assert_uncorrelated(x)
    assert_uncorrelated(x**2)  # the two of a Box-Muller pair share a radius
    assert np.mean(np.abs(x) > 3) == pytest.approx(0.0027, abs=4 * math.sqrt(0.0027 / N))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_truncated_normal_is_a_cut_normal(dtype):
    x = random.truncated_normal((N,), 0, 1, dtype, state()).numpy().astype("float64")
    assert np.abs(x).max() <= 2
    lowest, inside = normal_cdf([-2.0])[0], 1 - 2 * normal_cdf([-2.0])[0]
    assert kolmogorov_smirnov(x, lambda v: (normal_cdf(v) - lowest) / inside) < 1.95
    assert x.std() == pytest.approx(0.87962566103423978, abs=4 * 0.88 / math.sqrt(2 * N))
    assert_uncorrelated(x)


def test_integers_are_equally_likely():
    for high in (2, 10, 1000):
        counts = np.bincount(random.integers((N,), 0, high, "int32", state()).numpy(), minlength=high)
        assert abs(chi_square(counts, N / high)) < 3.3
    assert_uncorrelated(random.integers((N,), 0, 1000, "int64", state()).numpy().astype("float64"))


def test_every_bit_of_a_word_is_fair_and_free():
    x = random.bits(N, state()).numpy()
    bits = (x[:, None] >> np.arange(32, dtype="uint32") & 1).astype("float64")
    assert np.abs(bits.mean(0) - 0.5).max() < 4.5 / (2 * math.sqrt(N))
    correlation = np.corrcoef(bits.T) - np.eye(32)
    assert np.abs(correlation).max() < 5 / math.sqrt(N)


def test_seed_values_are_the_seed_in_64_bits_and_counter_0():
    for seed in (0, 7, np.int32(7), 2**63 + 1, -1, 2**64 + 5):
        assert random.seed_values(seed).view("uint64").tolist() == [int(seed) % 2**64, 0]
    for seed in (1.0, True, "1", None):
        with pytest.raises(TypeError, match="random: a seed must be an integer. Received: "):
            random.seed_values(seed)


def test_neighbouring_seeds_and_counters_are_unrelated():
    base = random.bits(N, state(10, 0)).numpy()
    for other in (state(11, 0), state(10 + 2**32, 0), state(10, N), state(10, 2**32)):
        flipped = base ^ random.bits(N, other).numpy()
        counts = np.unpackbits(flipped.view("uint8")).mean()
        assert abs(counts - 0.5) < 4.5 / (2 * math.sqrt(32 * N))


def test_bernoulli_and_its_ends():
    x = random.bernoulli((N,), 0.3, state())
    assert x.dtype is bool_
    assert abs(x.numpy().mean() - 0.3) < 4 * math.sqrt(0.21 / N)
    assert random.bernoulli((1000,), 1.0, state()).numpy().all()
    assert not random.bernoulli((1000,), 0.0, state()).numpy().any()


def test_permutations_are_equally_likely():
    assert sorted(random.permutation(1000, state()).numpy()) == list(range(1000))
    s, counts = state(), {}
    for _ in range(6000):
        order = tuple(random.permutation(4, s).numpy())
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 24 and abs(chi_square(list(counts.values()), 250)) < 3.3
    assert random.permutation(0, s).shape == (0,)


# -------------------------------------------------------------------------------------------------- dropout


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dropout_drops_and_scales(dtype, isa):
    x = np.linspace(1, 2, N).astype(dtype)
    for rate in (0.1, 0.5, 0.9):
        y = random.dropout(x, rate, state()).numpy()
        kept = y != 0
        np.testing.assert_array_equal(y[kept], x[kept] * np.dtype(dtype).type(1 / (1 - rate)))
        assert abs(kept.mean() - (1 - rate)) < 4 * math.sqrt(rate * (1 - rate) / N)
        words = np.array([reference.word(SEED, 0, j) for j in range(200)])
        np.testing.assert_array_equal(kept[:200], words >= int(rate * 2**32))


def test_dropout_mask_is_the_same_for_both_dtypes():
    x = np.ones(1000)
    masks = [random.dropout(x.astype(d), 0.4, state()).numpy() != 0 for d in ("float32", "float64")]
    np.testing.assert_array_equal(*masks)


def test_dropout_gradient_has_the_same_mask():
    x, s = as_tensor(np.ones((100, 7), "float32")), state()
    with GradientTape() as tape:
        tape.watch(x)
        y = random.dropout(x, 0.4, s)
        random.dropout(x, 0.4, s)  # the state has moved on; the gradient is not of this one
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), y.numpy())


def test_dropout_vjp():
    for shape, noise_shape in (((5, 3), None), ((4, 3, 2), (None, 1, 2)), ((0, 2), None)):
        x = np.random.default_rng(0).standard_normal(shape)
        check_vjp(lambda t, n=noise_shape: random.dropout(t, 0.4, 17, n), x, second=True)


def test_dropout_with_a_noise_shape_keeps_whole_axes():
    y = random.dropout(np.ones((50, 20, 3), "float32"), 0.5, state(), noise_shape=(50, 1, -1)).numpy()
    assert (y == y[:, :1]).all() and 0.3 < (y == 0).mean() < 0.7


def test_dropout_at_its_ends():
    x = as_tensor(np.array([1.0, 2.0, 3.0], "float32"))
    assert random.dropout(x, 0, state()) is x
    np.testing.assert_array_equal(random.dropout(x, 1, state()).numpy(), [0, 0, 0])
    wild = np.tile(np.array([np.nan, np.inf], "float32"), 100)
    y = random.dropout(wild, 0.5, state()).numpy()
    assert set(np.unique(y[np.isfinite(y)])) == {0.0} and 50 < np.isfinite(y).sum() < 150


def test_dropout_draws_anew_each_time():
    s, x = state(), np.ones(1000, "float32")
    a, b = (random.dropout(x, 0.5, s).numpy() != 0 for _ in range(2))
    assert 0.4 < (a == b).mean() < 0.6


def test_shuffled_moves_slices_and_gradients_back():
    x = np.arange(24.0).reshape(4, 6)
    for axis in (0, 1, -1):
        y = random.shuffled(x, axis, 3).numpy()
        assert y.shape == x.shape and not np.array_equal(y, x)
        np.testing.assert_array_equal(np.sort(y, axis), x)
        check_vjp(lambda t, a=axis: random.shuffled(t, a, 3), x)


def test_errors_say_what_was_wrong():
    x = as_tensor(np.ones((2, 3), "float32"))
    with pytest.raises(ValueError, match=r"dropout: `rate` must be a fraction in \[0, 1\].*1.5"):
        random.dropout(x, 1.5, state())
    with pytest.raises(ValueError, match="dropout: `x` must be floating point.*int32"):
        random.dropout(as_tensor([1, 2]), 0.5, state())
    with pytest.raises(ValueError, match="`noise_shape` must have x's rank"):
        random.dropout(x, 0.5, state(), noise_shape=(3,))
    with pytest.raises(ValueError, match="integers: `low` must be less than `high`"):
        random.integers((2,), 5, 5, "int32", state())
    with pytest.raises(ValueError, match="integers: `low` must be less than `high`.*uint8"):
        random.integers((2,), 0, 257, "uint8", state())
    with pytest.raises(ValueError, match="uniform: `dtype` must be a floating point type.*int32"):
        random.uniform((2,), 0, 1, "int32", state())
    with pytest.raises(ValueError, match="uniform: `shape` must be a tuple of non-negative integers"):
        random.uniform((2, -1), 0, 1, "float32", state())
    with pytest.raises(ValueError, match=r"`state` must be a Variable of shape \(2,\) and dtype int64"):
        random.bits(3, Variable(np.zeros(3, "int64")))
    with pytest.raises(TypeError, match="a seed must be an integer.*1.5"):
        random.bits(3, 1.5)
    with pytest.raises(ValueError, match="bernoulli: `probability`"):
        random.bernoulli((2,), 1.1, state())


def test_shapes_may_be_numbers_lists_and_tensors():
    for shape in (6, [6], (np.int64(6),), np.array([6]), as_tensor([6])):
        assert random.uniform(shape, 0, 1, "float32", state()).shape == (6,)
    assert random.uniform((), 0, 1, "float32", state()).shape == ()
    assert random.permutation(np.int64(3), state()).dtype is int64


# -------------------------------------------------------------------------------------------- alpha dropout


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_alpha_dropout_keeps_mean_and_variance(rate, isa):
    x = np.random.default_rng(0).standard_normal(400_000).astype("float32")
    y = random.alpha_dropout(x, rate, state()).numpy()
    assert abs(y.mean()) < 0.02 and abs(y.std() - 1) < 0.02
    low = np.bincount(np.unique(y, return_inverse=True)[1]).max()  # the one value that many share
    assert abs(low / y.size - rate) < 0.01


def test_alpha_dropout_of_tensorflow_at_one_half():
    y = random.alpha_dropout(np.ones((8, 5), "float32"), 0.5, state(), noise_shape=(8, 1)).numpy()
    np.testing.assert_allclose(np.unique(y), [-0.77919394, 1.6655989], rtol=1e-6)  # TensorFlow 2.15.1 gives these two
    assert (y == y[:, :1]).all()


def test_alpha_dropout_vjp():
    x = np.random.default_rng(0).standard_normal((7, 9))
    for noise_shape in (None, (7, 1)):
        check_vjp(lambda t, n=noise_shape: random.alpha_dropout(t, 0.4, 17, n), x, second=True)
