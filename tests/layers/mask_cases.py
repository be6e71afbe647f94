"""Models through which masks go, trained: what their losses, metrics and weights are in tf.keras 2.15 and here."""

from __future__ import annotations

import numpy as np

# The layers after the mask is made, as source text; `L` is keras.layers. None of them draws random numbers.
MODELS = {
    "masking": "[L.Masking(input_shape=(5, 3)), L.Dense(2)]",
    "masking value": "[L.Masking(0.5, input_shape=(5, 3)), L.Dense(2, activation='tanh')]",
    "masking later": "[L.Dense(3, activation='relu', input_shape=(5, 3)), L.Masking(), L.Dense(2)]",
    "through activations": "[L.Masking(input_shape=(5, 3)), L.Dense(4), L.ReLU(), L.LeakyReLU(), L.ELU(), "
    "L.PReLU(shared_axes=[1]), L.ThresholdedReLU(0.1), L.Activation('tanh'), L.Dense(2)]",
    "through noise": "[L.Masking(input_shape=(5, 3)), L.Dropout(0.0), L.GaussianNoise(0.0), L.SpatialDropout1D(0.0), "
    "L.AlphaDropout(0.0), L.Dense(2)]",
    "through the rest": "[L.Masking(input_shape=(5, 3)), L.UnitNormalization(), L.ActivityRegularization(0.1), L.Dense(2)]",
    "lost in reshape": "[L.Masking(input_shape=(5, 3)), L.Reshape((5, 3)), L.Dense(2)]",
    "lost in permute": "[L.Masking(input_shape=(5, 3)), L.Permute((1, 2)), L.Dense(2)]",
    "lost in rescaling": "[L.Masking(input_shape=(5, 3)), L.Rescaling(0.5), L.Dense(2)]",
    "lost in lambda": "[L.Masking(input_shape=(5, 3)), L.Lambda(lambda x: x * 2.0), L.Dense(2)]",
    "kept by lambda": "[L.Masking(input_shape=(5, 3)), L.Lambda(lambda x: x * 2.0, mask=lambda x, m: m), L.Dense(2)]",
    "nested": "[S([L.Masking(input_shape=(5, 3)), L.Dense(3)]), L.Dense(2)]",
    "into nested": "[L.Masking(input_shape=(5, 3)), S([L.Dense(3), L.ReLU()]), L.Dense(2)]",
    "embedding": "[L.Embedding(4, 3, mask_zero=True, input_length=5), L.Dense(2)]",
    "embedding without": "[L.Embedding(4, 3, input_length=5), L.Dense(2)]",
}


def data(name):
    j = np.arange(12 * 5)
    if name.startswith("embedding"):
        x = (j * 7 % 4).reshape(12, 5).astype("int32")
    else:
        x = np.round(np.sin(np.arange(12 * 5 * 3) * 1.3) * 2).reshape(12, 5, 3).astype("float32") / 2
        x[j.reshape(12, 5) % 3 == 1] = 0.0
        x[j.reshape(12, 5) % 7 == 2] = 0.5
    y = np.cos(np.arange(12 * 5 * 2) * 0.7).reshape(12, 5, 2).astype("float32")
    return x, y, np.linspace(0.2, 1.4, 12).astype("float32")


def train(tf, name, **compile_arguments):
    """Logs and weights of some steps."""
    keras = tf.keras
    model = keras.Sequential(eval(MODELS[name], {"L": keras.layers, "S": keras.Sequential}))
    x, y, sample_weight = data(name)
    model(x[:2])
    model.set_weights(
        [np.cos(np.arange(w.size) * 0.9 + k).reshape(w.shape) / 2 for k, w in enumerate(model.get_weights())]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"], weighted_metrics=["mse"], **compile_arguments)
    logs = [
        model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0).history,
        model.fit(x, y, batch_size=5, sample_weight=sample_weight, shuffle=False, verbose=0).history,
        model.evaluate(x, y, batch_size=5, verbose=0, return_dict=True),
    ]
    mask = getattr(model(x), "_keras_mask", None)
    return {
        "logs": logs,
        "weights": [np.asarray(w).ravel().tolist() for w in model.get_weights()],
        "mask": None if mask is None else np.asarray(mask).astype(int).ravel().tolist(),
    }


def outcomes(tf):
    return {name: train(tf, name) for name in MODELS}
