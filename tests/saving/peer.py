"""Files of pyseq's peers, and what they make of pyseq's files. Runs under TensorFlow 2.15 or Keras 3 as well as in the tests.

    python tests/saving/peer.py write FOLDER [FILE...]    the files of CASES, and expected.npz
    python tests/saving/peer.py read FOLDER               peer.npz: what this Keras predicts with the files in FOLDER

tests/saving/recorded was written by TensorFlow 2.15: `python tests/saving/peer.py write tests/saving/recorded RECORDED`.

For each file expected.npz has "FILE y", the predictions when it was written, and "FILE after", those after two more epochs.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import numpy as np

KINDS = (".keras", ".h5", ".weights.h5", "-weights.h5")  # the last: weights in the layout of Keras 2
EPOCHS = 2


def data():
    rng = np.random.default_rng(4)
    return rng.standard_normal((24, 6)).astype("float32"), rng.integers(0, 3, 24)


def mlp(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Dense(5, activation="relu", kernel_regularizer="l2", input_shape=(6,), name="first"),
            layers.Dense(4, activation="tanh", kernel_constraint="max_norm", use_bias=False),
            layers.Dense(3, activation="softmax", kernel_initializer=keras.initializers.HeNormal(seed=2)),
        ]
    )


def frozen(keras):
    model = mlp(keras)
    model.layers[0].trainable = False
    return model


def plain_layers(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape=(6,), name="entry"), layers.Reshape((2, 3)),
            layers.Dense(4, bias_initializer=keras.initializers.Constant(0.5)), layers.Activation("selu"),
            layers.AlphaDropout(0.1), layers.Flatten(), layers.Dropout(0.25, seed=3),
            layers.Dense(3, activation="softmax"),
        ]
    )  # fmt: skip


def nested(keras):
    layers = keras.layers
    inner = keras.Sequential([layers.Dense(5, activation="tanh", input_shape=(4,)), layers.Dense(2)], name="inner")
    return keras.Sequential([layers.Dense(4, input_shape=(6,)), inner, layers.Dense(3, activation="softmax")])


def lazy(keras):
    layers = keras.layers
    model = keras.Sequential([layers.Dense(5, activation="relu"), layers.Dense(3, activation="softmax")])
    model(data()[0])
    return model


def float64(keras):
    layers = keras.layers
    return keras.Sequential(
        [layers.Dense(5, dtype="float64", input_shape=(6,)), layers.Dense(3, activation="softmax", dtype="float64")]
    )


_subclasses = {}


def subclassed(keras):
    """One class for each Keras, registered under one name."""
    if keras.__name__ not in _subclasses:
        layers = keras.layers

        @keras.utils.register_keras_serializable("pyseq.tests")
        class Branches(keras.Model):
            def __init__(self, units, **kwargs):
                super().__init__(**kwargs)
                self.units = units
                self.entry = layers.Dense(units)
                self.blocks = [layers.Dense(units, activation="relu"), layers.Activation("tanh"), layers.Dense(units)]
                self.a_first, self.zone = layers.Dense(units), layers.Dense(3, activation="softmax")

            def call(self, inputs, training=None):
                x = self.entry(inputs)
                for block in self.blocks:
                    x = block(x)
                return self.zone(x + self.a_first(inputs))

            def get_config(self):
                return {"units": self.units, "name": self.name}

        _subclasses[keras.__name__] = Branches
    model = _subclasses[keras.__name__](4)
    model(data()[0])
    return model


# name: (model, optimizer or None). Not Nadam: tf.keras leaves a part of its state out of files.
CASES = {
    "adam": (mlp, lambda k: k.optimizers.Adam(0.01)),
    "amsgrad": (mlp, lambda k: k.optimizers.Adam(0.01, amsgrad=True, clipnorm=1.0)),
    "adamw": (mlp, lambda k: k.optimizers.AdamW(0.01, weight_decay=0.02)),
    "sgd": (mlp, lambda k: k.optimizers.SGD(0.1)),
    "ema": (mlp, lambda k: k.optimizers.SGD(0.1, momentum=0.9, use_ema=True, ema_momentum=0.8)),
    "schedule": (mlp, lambda k: k.optimizers.SGD(k.optimizers.schedules.ExponentialDecay(0.1, 3, 0.8), momentum=0.9)),
    "rmsprop": (mlp, lambda k: k.optimizers.RMSprop(0.01, momentum=0.5, centered=True)),
    "adagrad": (mlp, lambda k: k.optimizers.Adagrad(0.1)),
    "adadelta": (mlp, lambda k: k.optimizers.Adadelta(1.0)),
    "adamax": (mlp, lambda k: k.optimizers.Adamax(0.01)),
    "adafactor": (mlp, lambda k: k.optimizers.Adafactor(0.01)),
    "ftrl": (mlp, lambda k: k.optimizers.Ftrl(0.1)),
    "lion": (mlp, lambda k: k.optimizers.Lion(0.001)),
    "restarts": (mlp, lambda k: k.optimizers.SGD(k.optimizers.schedules.CosineDecayRestarts(0.1, 4))),
    "legacy_adam": (mlp, lambda k: k.optimizers.legacy.Adam(0.01, amsgrad=True)),
    "legacy_sgd": (mlp, lambda k: k.optimizers.legacy.SGD(0.1, momentum=0.9, decay=0.1)),
    "legacy_rmsprop": (mlp, lambda k: k.optimizers.legacy.RMSprop(0.01, momentum=0.5, centered=True)),
    "frozen": (frozen, lambda k: k.optimizers.Adam(0.01)),
    "plain_layers": (plain_layers, None),
    "nested": (nested, lambda k: k.optimizers.Adam(0.01)),
    "lazy": (lazy, lambda k: k.optimizers.Adam(0.01)),
    "float64": (float64, lambda k: k.optimizers.Adam(0.01)),
    "subclassed": (subclassed, lambda k: k.optimizers.Adam(0.01)),
}
RECORDED = (
    "adam.keras", "adam.h5", "adam.weights.h5", "adam-weights.h5", "sgd.keras", "ema.keras", "schedule.h5", "rmsprop.keras",
    "adamw.h5", "frozen.keras", "plain_layers.keras", "nested.keras", "nested.h5", "lazy.keras", "float64.keras",
    "subclassed.keras", "subclassed-weights.h5", "legacy_sgd.h5", "ftrl.keras",
)  # fmt: skip


def files(case, keras):
    """Names of the files of a case that this Keras can write."""
    wrong = {".h5"} if CASES[case][0] is subclassed else set()
    if case.startswith("legacy"):
        wrong |= {".keras", ".weights.h5"}  # tf.keras leaves the state of its older optimizers out of these
    if getattr(keras, "__version__", "2") >= "3":
        if case.startswith("legacy") or case == "ema":  # the second `fit` fails on JAX with moving averages
            return []
        wrong |= {"-weights.h5"}
    return [f"{case}{kind}" for kind in KINDS if kind not in wrong]


def case_of(file):
    return file.partition(".")[0].partition("-")[0]


def make(keras, case):
    """The model of a case, compiled, not trained."""
    build, optimizer = CASES[case]
    model = build(keras)
    if optimizer is not None:
        model.compile(optimizer(keras), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(model):
    x, y = data()
    model.fit(x, y, batch_size=8, epochs=EPOCHS, shuffle=False, verbose=0)


def answers(model):
    """The predictions, and those after two more epochs; None if the model is not compiled."""
    x, _ = data()
    y = model.predict(x, verbose=0)
    if getattr(model, "optimizer", None) is None:
        return y, None
    train(model)
    return y, model.predict(x, verbose=0)


def save(keras, model, path):
    """Write a file; False if it is one that Keras 3 fails to write, such as https://github.com/keras-team/keras/issues/19375."""
    try:
        (model.save_weights if "weights" in os.path.basename(path) else model.save)(path)
    except ValueError:
        if getattr(keras, "__version__", "2") < "3":
            raise
        os.remove(path)
        return False
    return True


def write(keras, folder, wanted=None):
    """Write the files of all cases; returns what expected.npz holds."""
    expected = {}
    for case in CASES:
        names = [name for name in files(case, keras) if wanted is None or name in wanted]
        if not names:
            continue
        model = make(keras, case)
        if CASES[case][1] is not None:
            train(model)
        names = [name for name in names if save(keras, model, os.path.join(folder, name))]
        y, after = answers(model)
        for name in names:
            expected[f"{name} y"] = y
            if after is not None:
                expected[f"{name} after"] = after
    np.savez_compressed(os.path.join(folder, "expected.npz"), **expected)
    return expected


def read(keras, path):
    """(predictions, predictions after two more epochs) of the model in a file, or of its case's with the weights in it."""
    name = os.path.basename(path)
    subclassed(keras)  # its class must be known
    if "weights" not in name:
        return answers(keras.models.load_model(path))
    model = make(keras, case_of(name))
    if name.endswith(".weights.h5") and CASES[case_of(name)][1] is not None:
        model.optimizer.build(model.trainable_variables)
    model.load_weights(path)
    y, after = answers(model)
    return y, after if name.endswith(".weights.h5") else None  # the other layout has no optimizer


def main(action, folder, *wanted):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    try:
        from tensorflow import keras
    except ImportError:
        import keras
    warnings.simplefilter("ignore")
    folder = Path(folder)
    if action == "write":
        folder.mkdir(exist_ok=True)
        write(keras, str(folder), RECORDED if wanted == ("RECORDED",) else wanted or None)
        return
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".keras", ".h5"):
            continue
        try:
            y, after = read(keras, str(path))
        except Exception as e:
            found[f"{path.name} error"] = np.array(f"{type(e).__name__}: {e}"[:2000])
            continue
        found[f"{path.name} y"] = y
        if after is not None:
            found[f"{path.name} after"] = after
    np.savez(folder / "peer.npz", **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
