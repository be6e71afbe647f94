import math

import numpy as np
import pytest

from pyseq import initializers, random
from pyseq.core import config

NAMES = {
    "zeros": "Zeros", "zero": "Zeros", "ones": "Ones", "one": "Ones", "constant": "Constant",
    "random_normal": "RandomNormal", "normal": "RandomNormal", "random_uniform": "RandomUniform", "uniform": "RandomUniform",
    "truncated_normal": "TruncatedNormal", "variance_scaling": "VarianceScaling", "glorot_uniform": "GlorotUniform",
    "glorot_normal": "GlorotNormal", "he_normal": "HeNormal", "he_uniform": "HeUniform", "lecun_normal": "LecunNormal",
    "lecun_uniform": "LecunUniform", "orthogonal": "Orthogonal", "identity": "Identity",
}  # fmt: skip
# get_config() of tf.keras 2.15.
CONFIGS = {
    "Zeros": {}, "Ones": {}, "Constant": {"value": 0}, "Identity": {"gain": 1.0},
    "RandomNormal": {"mean": 0.0, "stddev": 0.05, "seed": None},
    "RandomUniform": {"minval": -0.05, "maxval": 0.05, "seed": None},
    "TruncatedNormal": {"mean": 0.0, "stddev": 0.05, "seed": None},
    "VarianceScaling": {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal", "seed": None},
    "Orthogonal": {"gain": 1.0, "seed": None},
    **{n: {"seed": None} for n in "GlorotUniform GlorotNormal HeUniform HeNormal LecunUniform LecunNormal".split()},
}  # fmt: skip
# name: variance times fan, fan, distribution
SCALED = {
    "glorot_uniform": (1, "avg", "uniform"),
    "glorot_normal": (1, "avg", "truncated"),
    "he_uniform": (2, "in", "uniform"),
    "he_normal": (2, "in", "truncated"),
    "lecun_uniform": (1, "in", "uniform"),
    "lecun_normal": (1, "in", "truncated"),
}


@pytest.mark.parametrize("name", NAMES)
def test_names_and_configs(name):
    i = initializers.get(name)
    assert type(i).__name__ == NAMES[name] and type(initializers.get(NAMES[name])) is type(i)
    assert i.get_config() == CONFIGS[NAMES[name]]
    again = initializers.deserialize(initializers.serialize(i))
    assert type(again) is type(i) and again.get_config() == i.get_config()


def test_serialized_form_is_that_of_tf_keras():
    want = {"module": "keras.initializers", "class_name": "HeNormal", "config": {"seed": 3}, "registered_name": None}
    assert initializers.serialize(initializers.HeNormal(3)) == want
    older = initializers.serialize(initializers.HeNormal(3), use_legacy_format=True)
    assert older == {"class_name": "HeNormal", "config": {"seed": 3}}
    assert initializers.deserialize(older).get_config() == {"seed": 3}


def test_constants():
    assert initializers.Zeros()((2, 3)).numpy().tolist() == [[0] * 3] * 2
    assert initializers.Ones()((2,), dtype="int32").dtype == "int32"
    assert initializers.Constant(3)((2,)).numpy().tolist() == [3, 3]
    assert initializers.Constant([1.0, 2.0])((2,)).numpy().tolist() == [1, 2]
    np.testing.assert_array_equal(initializers.Identity(2.0)((2, 3)).numpy(), 2 * np.eye(2, 3))
    config.set_floatx("float64")
    assert initializers.Zeros()((2,)).dtype == "float64"


@pytest.mark.parametrize("shape", [(300, 200), (3, 3, 40, 60), (2000,), (5, 100, 50)])
@pytest.mark.parametrize("name", SCALED)
def test_variance_follows_from_the_fans(name, shape):
    factor, fan, distribution = SCALED[name]
    window = math.prod(shape[:-2])
    fan_in, fan_out = (shape[0], shape[0]) if len(shape) == 1 else (window * shape[-2], window * shape[-1])
    variance = factor / (fan_in if fan == "in" else (fan_in + fan_out) / 2)
    x = initializers.get(name).__class__(seed=1)(shape).numpy()
    assert x.shape == shape
    assert abs(x.mean()) < 4 * math.sqrt(variance / x.size)
    assert x.var() == pytest.approx(variance, rel=5 * math.sqrt(2 / x.size))
    largest = math.sqrt(3 * variance) if distribution == "uniform" else 2 * math.sqrt(variance) / 0.87962566103423978
    assert 0.99 * largest < np.abs(x).max() <= np.float32(largest) * (1 + 1e-6)


def test_fans_of_small_shapes():
    from pyseq.initializers.initializers import compute_fans

    assert [compute_fans(s) for s in ((), (5,), (3, 4), (2, 3, 4), (2, 2, 3, 4))] == [
        (1, 1), (5, 5), (3, 4), (6, 8), (12, 16),
    ]  # fmt: skip
    assert initializers.GlorotUniform()(()).shape == ()
    assert initializers.GlorotUniform()((0, 3)).shape == (0, 3)


def test_plain_distributions():
    x = initializers.RandomNormal(1.0, 2.0, seed=1)((100_000,)).numpy()
    assert x.mean() == pytest.approx(1, abs=0.03) and x.std() == pytest.approx(2, abs=0.03)
    x = initializers.TruncatedNormal(1.0, 2.0, seed=1)((100_000,)).numpy()
    assert np.abs(x - 1).max() <= 4 and x.std() == pytest.approx(2 * 0.8796, abs=0.03)
    x = initializers.RandomUniform(2.0, 3.0, seed=1)((100_000,)).numpy()
    assert x.min() >= 2 and x.max() < 3 and x.mean() == pytest.approx(2.5, abs=0.01)
    assert set(initializers.RandomUniform(0, 3, seed=1)((100,), dtype="int32").numpy()) == {0, 1, 2}
    x = initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal", seed=1)((100, 400)).numpy()
    assert x.var() == pytest.approx(2 / 400, rel=0.05) and np.abs(x).max() > 3 * math.sqrt(2 / 400)


@pytest.mark.parametrize("shape", [(30, 20), (20, 30), (3, 3, 4, 8), (1, 5)])
def test_orthogonal(shape):
    q = initializers.Orthogonal(gain=2.0, seed=1)(shape, dtype="float64").numpy().reshape(-1, shape[-1]) / 2
    product = q.T @ q if q.shape[0] >= q.shape[1] else q @ q.T
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-12)


def test_seeds():
    i = initializers.GlorotUniform(seed=7)
    np.testing.assert_array_equal(i((3, 3)).numpy(), i((3, 3)).numpy())
    i = initializers.GlorotUniform()
    assert not np.array_equal(i((3, 3)).numpy(), i((3, 3)).numpy())
    values = []
    for _ in range(2):
        random.set_seed(5)
        values.append(i((3, 3)).numpy())
    np.testing.assert_array_equal(*values)
    g = random.SeedGenerator(3)
    assert not np.array_equal(*[initializers.HeNormal(g)((4,)).numpy() for _ in range(2)])


def test_functions_and_classes_are_initializers():
    assert initializers.get(initializers.Ones)((1,)).numpy() == 1
    f = initializers.get(lambda shape, dtype=None: shape)
    assert f((2,)) == (2,)
    assert initializers.get(None) is None


def test_errors():
    with pytest.raises(ValueError, match="Unknown initializer: 'glorot'.*'glorot_"):
        initializers.get("glorot")
    with pytest.raises(ValueError, match="Could not interpret initializer identifier: 3"):
        initializers.get(3)
    with pytest.raises(ValueError, match="GlorotNormal: `dtype` must be a floating point type.*int32"):
        initializers.GlorotNormal()((3,), dtype="int32")
    with pytest.raises(ValueError, match="at least two-dimensional"):
        initializers.Orthogonal()((3,))
    with pytest.raises(ValueError, match="can only be used for 2D matrices"):
        initializers.Identity()((3,))
    with pytest.raises(ValueError, match="`scale` must be positive float"):
        initializers.VarianceScaling(scale=0)
    with pytest.raises(ValueError, match="Invalid `mode` argument: x"):
        initializers.VarianceScaling(mode="x")
    with pytest.raises(ValueError, match="Invalid `distribution` argument: x"):
        initializers.VarianceScaling(distribution="x")
    with pytest.raises(TypeError, match="unknown keyword argument.*foo"):
        initializers.Zeros()((2,), foo=1)
    with pytest.raises(TypeError, match="`seed` must be an integer"):
        initializers.HeNormal(seed="a")
    with pytest.raises(ValueError, match="Constant: `value`"):
        initializers.Constant([1.0, 2.0])((3,))
