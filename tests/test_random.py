import random as python_random

import numpy as np
import pytest

from pyseq import random
from pyseq.core import as_tensor, shapes_only


def test_global_seed_repeats_what_follows():
    runs = []
    for _ in range(2):
        random.set_seed(42)
        runs.append([random.normal((5,)).numpy(), random.uniform((5,)).numpy(), random.randint((5,), 0, 99).numpy()])
    for a, b in zip(*runs, strict=True):
        np.testing.assert_array_equal(a, b)
    random.set_seed(43)
    assert not np.array_equal(random.normal((5,)).numpy(), runs[0][0])


def test_unseeded_calls_differ():
    assert not np.array_equal(random.normal((5,)).numpy(), random.normal((5,)).numpy())


def test_integer_seeds_repeat_and_are_unrelated_to_the_global_seed():
    random.set_seed(1)
    a = random.normal((100,)).numpy()
    b = random.normal((100,), seed=1).numpy()
    np.testing.assert_array_equal(b, random.normal((100,), seed=1).numpy())
    assert not np.intersect1d(a, b).size


def test_generators_without_a_seed_follow_from_the_global_one():
    draws = []
    for _ in range(2):
        random.set_seed(7)
        first, second = random.SeedGenerator(), random.SeedGenerator()
        draws.append([random.normal((3,), seed=g).numpy() for g in (first, second, first)])
    np.testing.assert_array_equal(draws[0], draws[1])
    assert len(np.unique(draws[0])) == 9


def test_generator_goes_on_and_can_be_described():
    g = random.SeedGenerator(seed=5)
    a, b = random.uniform((4,), seed=g).numpy(), random.uniform((4,), seed=g).numpy()
    assert not np.array_equal(a, b)
    again = random.SeedGenerator.from_config(g.get_config())
    np.testing.assert_array_equal(random.uniform((4,), seed=again).numpy(), a)


def test_op_state_gives_the_sequences_of_tf_random():
    runs = []
    for _ in range(2):
        random.set_seed(3)
        runs.append([random.ops.normal((2,), 0, 1, "float32", random.op_state(9)).numpy() for _ in range(2)])
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0][0], runs[0][1])
    random.set_seed(4)
    assert not np.array_equal(random.ops.normal((2,), 0, 1, "float32", random.op_state(9)).numpy(), runs[0][0])


def test_set_random_seed_sets_python_and_numpy_too():
    runs = []
    for _ in range(2):
        random.set_random_seed(11)
        runs.append((python_random.random(), np.random.random(), float(random.normal(()))))
    assert runs[0] == runs[1]
    with pytest.raises(ValueError, match="set_random_seed"):
        random.set_random_seed(-1)


def test_shapes_only_draws_nothing():
    before = random.global_state().numpy()
    with shapes_only():
        assert random.normal((3, 4)).shape == (3, 4)
        assert random.dropout(as_tensor(np.ones((2, 3), "float32")), 0.5).shape == (2, 3)
    np.testing.assert_array_equal(random.global_state().numpy(), before)


def test_functions_take_dtypes_and_ranges():
    assert random.normal((2,), dtype="float64").dtype == "float64"
    assert random.uniform((2,), 0, 10, dtype="int32").dtype == "int32"
    x = random.uniform((1000,), 5.0, 6.0).numpy()
    assert x.min() >= 5 and x.max() < 6
    assert sorted(random.shuffle(np.arange(10)).numpy()) == list(range(10))
    assert isinstance(random.permutation(5), np.ndarray)
    assert np.abs(random.truncated_normal((1000,), stddev=2.0).numpy()).max() <= 4


def test_seeds_must_be_integers():
    for seed in (1.5, "1", True):
        with pytest.raises(TypeError, match="`seed` must be an integer"):
            random.normal((2,), seed=seed)
        with pytest.raises(TypeError, match="`seed` must be an integer"):
            random.set_seed(seed)
    random.normal((2,), seed=np.int64(3))
    random.normal((2,), seed=-3)
