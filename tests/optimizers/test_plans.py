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
