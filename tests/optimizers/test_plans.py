"""In a plan an optimizer's step is one instruction for all variables, and its state survives a file."""

import numpy as np
import pytest

import pyseq as keras
from pyseq import optimizers
from pyseq.utils.profiling import profile

KERNELS = {
    "SGD": "sgd", "Adam": "adam", "AdamW": "adam", "Adamax": "adamax", "Nadam": "nadam", "Lion": "lion", "Ftrl": "ftrl",
    "RMSprop": "rmsprop", "Adagrad": "adagrad", "Adadelta": "adadelta",
}  # fmt: skip
X, Y = np.random.default_rng(0).standard_normal((24, 6)).astype("float32"), np.ones((24, 2), "float32")


def model_with(optimizer):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.layers.Dense(7, "tanh", input_shape=(6,)), keras.layers.Dense(3), keras.layers.Dense(2)]
    )
    model.compile(optimizer, "mse")
    return model


def instructions(model):
    lines = []
    profile(model, X, Y, batch_size=8, kind="train", print_fn=lambda *a: lines.append(" ".join(map(str, a))))
    return "\n".join(lines)


def made(module, name):
    return getattr(module, name)()


@pytest.mark.parametrize("module", [optimizers, optimizers.legacy], ids=["newer", "legacy"])
@pytest.mark.parametrize("name", KERNELS)
def test_one_instruction(name, module):
    if not hasattr(module, name):
        pytest.skip("no such class then")
    optimizer = (
        module.SGD(momentum=0.9) if name == "SGD" else made(module, name)
    )  # without: part of the matrix products
    text = instructions(model_with(optimizer))
    rows = [line.split() for line in text.splitlines()]
    assert sum(KERNELS[name] in row for row in rows) == 1, text


def test_averages_and_decay_are_one_instruction_each():
    text = instructions(model_with(optimizers.Adam(weight_decay=0.1, use_ema=True, ema_overwrite_frequency=2)))
    for kernel in ("adam", "weight_decay", "moving_average", "copy_every"):
        assert sum(kernel in line.split() for line in text.splitlines()) == 1, text


@pytest.mark.parametrize("layout", ["keras", "h5"])
@pytest.mark.parametrize(
    "name", [*KERNELS, "Adafactor", *(f"legacy.{n}" for n in optimizers.legacy.__all__ if n != "Optimizer")]
)
def test_training_goes_on_from_a_file(name, layout, tmp_path):
    module = optimizers.legacy if name.startswith("legacy.") else optimizers
    model = model_with(made(module, name.removeprefix("legacy.")))
    model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    path = tmp_path / f"model.{layout}"
    model.save(path)
    again = keras.models.load_model(path)
    assert type(again.optimizer) is type(model.optimizer)
    for m in (model, again):
        m.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(model.optimizer.variables, again.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize("make", [keras.optimizers.Adam, keras.optimizers.SGD, keras.optimizers.legacy.SGD])
def test_a_learning_rate_function_of_nothing_is_asked_in_every_step(make):
    found = []
    for run_eagerly in (True, False):
        rates = iter(np.linspace(0.5, 0.1, 100))
        asked = []

        def rate(rates=rates, asked=asked):
            asked.append(float(next(rates)))
            return asked[-1]

        model = keras.Sequential([keras.layers.Dense(1, kernel_initializer="zeros", input_shape=(2,))])
        model.compile(make(learning_rate=rate), "mse", run_eagerly=run_eagerly)
        model.fit(np.ones((25, 2)), np.ones((25, 1)), batch_size=10, epochs=2, verbose=0, shuffle=False)
        assert len(asked) == 1 + 6  # when it was made, and in each step
        assert float(model.optimizer.learning_rate) == np.float32(asked[-1])
        found.append(model.get_weights()[0])
    np.testing.assert_array_equal(*found)


def test_an_error_in_a_learning_rate_function_comes_out():
    answers = iter([0.1, 0.1, "fast"])
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    model.compile(keras.optimizers.SGD(lambda: next(answers)), "mse")
    with pytest.raises(TypeError, match="`learning_rate` must be a number"):
        model.fit(np.ones((25, 2)), np.ones((25, 1)), batch_size=5, verbose=0)
