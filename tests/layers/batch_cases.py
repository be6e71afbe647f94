"""Batch normalisation in all its modes, recorded from tf.keras 2.15: masks, `training`, frozen, in `fit`, the least batches."""

from __future__ import annotations

import numpy as np

RNG = np.random.default_rng(0)
ROWS, STEPS, IMAGES = (RNG.normal(size=s).astype("float32") for s in ((6, 5), (4, 3, 5), (2, 3, 4, 5)))
ROW_MASK = np.array([1, 1, 0, 1, 0, 1], bool)
STEP_MASK = np.array([[1, 1, 0], [0, 0, 1], [1, 1, 1], [1, 0, 0]], bool)
PIXEL_MASK = RNG.random((2, 3, 4)) > 0.4


def called(x, mask=None, training=True, **arguments):
    """Output and weights of a new layer after a call."""

    def run(tf):
        layer = tf.keras.layers.BatchNormalization(**arguments)
        y = layer(x, training=tf.constant(True) if training == "tensor" else training, mask=mask)
        return [y, *layer.get_weights()]

    return run


def fitted(shape, frozen=None, **arguments):
    """History, weights, predictions, loss after two epochs. frozen: "before" or "after" `compile`, or None."""

    def run(tf):
        L = tf.keras.layers
        norm, last = L.BatchNormalization(momentum=0.9, **arguments), L.Dense(3, kernel_initializer="ones")
        model = tf.keras.Sequential([L.Input(shape), norm, L.Flatten(), last])
        norm.trainable = frozen != "before"
        model.compile(tf.keras.optimizers.SGD(1e-3), "mse")
        norm.trainable = frozen is None
        x = np.random.default_rng(1).normal(size=(20, *shape)).astype("float32")
        y = x.reshape(20, -1)[:, :3]
        losses = model.fit(x, y, batch_size=8, shuffle=False, epochs=2, verbose=0).history["loss"]
        return [losses, *model.get_weights(), model.predict(x[:3], verbose=0), model.evaluate(x, y, verbose=0)]

    return run


def masked_model(tf):
    """A mask that a layer made arrives."""
    L = tf.keras.layers
    x = STEPS.copy()
    x[0, 2] = x[1, :2] = 0
    parts = [
        L.Input((3, 5)),
        L.Masking(),
        L.BatchNormalization(),
        L.GlobalAveragePooling1D(),
        L.Dense(2, kernel_initializer="ones"),
    ]
    model = tf.keras.Sequential(parts)
    model.compile("sgd", "mse")
    return [model.fit(x, np.ones((4, 2)), epochs=2, verbose=0, shuffle=False).history["loss"], *model.get_weights()]


def thawed(tf):
    """Frozen for one call, trained in the next."""
    layer = tf.keras.layers.BatchNormalization(trainable=False)
    before = layer(ROWS, training=True)
    layer.trainable = True
    return [before, layer(ROWS, training=True), *layer.get_weights()]


CASES = {
    "mask of rows": called(ROWS, ROW_MASK),
    "mask of steps": called(STEPS, STEP_MASK),
    "mask of pixels": called(IMAGES, PIXEL_MASK, fused=False),
    "mask of images, fused": called(IMAGES, PIXEL_MASK),
    "mask at inference": called(STEPS, STEP_MASK, False),
    "one row": called(ROWS[:1]),
    "one pixel": called(IMAGES[:1, :1, :1]),
    "one pixel, not fused": called(IMAGES[:1, :1, :1], fused=False),
    "training 1": called(ROWS, training=1),
    "training 0": called(ROWS, training=0),
    "training None": called(ROWS, training=None),
    "training tensor": called(ROWS, training="tensor"),
    "float16": called(IMAGES, dtype="float16"),
    "masked model": masked_model,
    "thawed": thawed,
    **{f"fit rows, frozen {f}": fitted((5,), f) for f in (None, "before", "after")},
    **{f"fit images, frozen {f}": fitted((3, 4, 2), f) for f in (None, "before", "after")},
    "fit images, not fused": fitted((3, 4, 2), fused=False),
    "fit images, channels first": fitted((2, 3, 4), axis=1),
}


def run(tf, name):
    return [np.asarray(a) for a in CASES[name](tf)]
