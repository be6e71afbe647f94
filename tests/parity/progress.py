"""Runs whose printed text is recorded from tf.keras, and what is left of a text once the times are taken out."""

from __future__ import annotations

import inspect
import re

# name: source text; `model` is compiled on x (20, 3) and y (20, 1), batches of 5
RUNS = {
    "fit_1": "model.fit(x, y, batch_size=5, epochs=3, shuffle=False, verbose=1)",
    "fit_1_validation": "model.fit(x, y, batch_size=5, epochs=2, shuffle=False, verbose=1, validation_data=(x, y))",
    "fit_1_validation_freq": (
        "model.fit(x, y, batch_size=5, epochs=4, shuffle=False, validation_data=(x, y), validation_freq=2)"
    ),
    "fit_1_initial_epoch": "model.fit(x, y, batch_size=5, epochs=4, initial_epoch=2, shuffle=False)",
    "fit_1_one_step": "model.fit(x, y, batch_size=32, epochs=2, shuffle=False)",
    "fit_1_many_steps": "model.fit(x, y, batch_size=1, epochs=1, shuffle=False)",
    "fit_1_hundred_steps": "model.fit(np.tile(x, (5, 1)), np.tile(y, (5, 1)), batch_size=1, epochs=1, shuffle=False)",
    "fit_1_small_loss": "model.fit(x, y * 0, batch_size=5, epochs=2, shuffle=False)",
    "fit_1_nan": "model.fit(x * np.nan, y, batch_size=5, epochs=1, shuffle=False)",
    "fit_1_no_metrics": "model.compile('sgd', 'mse'); model.fit(x, y, batch_size=5, epochs=2, shuffle=False)",
    "fit_1_unknown_steps": "model.fit(batches(), epochs=2, verbose=1)",
    "fit_1_unknown_steps_validation": "model.fit(batches(), epochs=2, verbose=1, validation_data=batches())",
    "fit_1_steps_per_epoch": "model.fit(x, y, batch_size=5, epochs=2, steps_per_epoch=2, shuffle=False)",
    "fit_auto": "model.fit(x, y, batch_size=5, epochs=2, shuffle=False)",
    "fit_2": "model.fit(x, y, batch_size=5, epochs=3, shuffle=False, verbose=2)",
    "fit_2_validation": "model.fit(x, y, batch_size=5, epochs=2, shuffle=False, verbose=2, validation_data=(x, y))",
    "fit_2_validation_freq": (
        "model.fit(x, y, batch_size=5, epochs=3, shuffle=False, validation_data=(x, y), validation_freq=2, verbose=2)"
    ),
    "fit_2_unknown_steps": "model.fit(batches(), epochs=2, verbose=2)",
    "fit_2_small_loss": "model.fit(x, y * 0, batch_size=5, epochs=2, shuffle=False, verbose=2)",
    "fit_0": "model.fit(x, y, batch_size=5, epochs=3, shuffle=False, verbose=0, validation_data=(x, y))",
    "evaluate_0": "model.evaluate(x, y, batch_size=5, verbose=0)",
    "evaluate_1": "model.evaluate(x, y, batch_size=5, verbose=1)",
    "evaluate_2": "model.evaluate(x, y, batch_size=5, verbose=2)",
    "evaluate_auto": "model.evaluate(x, y, batch_size=5)",
    "evaluate_1_unknown_steps": "model.evaluate(batches(), verbose=1)",
    "evaluate_2_unknown_steps": "model.evaluate(batches(), verbose=2)",
    "predict_0": "model.predict(x, batch_size=5, verbose=0)",
    "predict_1": "model.predict(x, batch_size=5, verbose=1)",
    "predict_2": "model.predict(x, batch_size=5, verbose=2)",
    "predict_auto": "model.predict(x, batch_size=5)",
    "predict_1_unknown_steps": "model.predict(batches(), verbose=1)",
}


class Batches:
    """A generator of batches of five."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __call__(self):
        for first in range(0, len(self.x), 5):
            yield self.x[first : first + 5], self.y[first : first + 5]


def run(keras, np, name):
    """Do one run; its text goes to standard output."""
    x = (np.arange(60).reshape(20, 3) % 7 / 4.0).astype("float32")
    y = (np.arange(20) % 3 / 2.0).reshape(20, 1).astype("float32")
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
    scale = 1e-3 if "small" in name else 1.0
    model.set_weights([scale * np.array([[0.5], [-0.25], [0.125]], "float32"), np.zeros(1, "float32")])
    model.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mae"])

    def batches():
        try:
            import tensorflow as tf
        except ImportError:
            from pyseq import tf
        shapes = (tf.TensorSpec((None, 3), tf.float32), tf.TensorSpec((None, 1), tf.float32))
        return tf.data.Dataset.from_generator(Batches(x, y), output_signature=shapes)

    exec(RUNS[name], {"model": model, "x": x, "y": y, "batches": batches, "np": np})


def every_step(progress_bar):
    """Make a Progbar class show every step, however fast the steps are."""
    parameters = inspect.signature(progress_bar.__init__).parameters.values()
    defaults = [p for p in parameters if p.default is not inspect.Parameter.empty]
    progress_bar.__init__.__defaults__ = tuple(-1.0 if p.name == "interval" else p.default for p in defaults)


def without_times(text):
    """Times become `T`; cursor movement and padding, whose length depends on the times, become one mark or nothing."""
    text = re.sub(r"\x08+", "<back>", text)
    text = text.replace("\r\n", "\n").replace("\r", "<return>")
    text = re.sub(r"\b\d+(us|ms|s)/(step|epoch|sample)", r"T/\2", text)
    text = re.sub(r"- ETA: [\d:]+s?", "- ETA: T", text)
    text = re.sub(r"- \d+s\b", "- T", text)
    return re.sub(r" +(?=\n|<|$)", "", text)
