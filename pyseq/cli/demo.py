"""`python -m pyseq demo`: a classifier of handwritten digits, from the data to its predictions."""

from __future__ import annotations

import sys
import time

import numpy as np

SHADES = " .:-=+*#%@"  # ink from 0 to 16
SHOWN = 7  # images side by side in 80 columns


def demo(epochs=20, seed=1) -> int:
    """Train, test and show. The exit status is 0 if 95 % of the test images are recognised, else 1."""
    import pyseq as keras

    keras.utils.set_random_seed(seed)
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    x_train, x_test = x_train / np.float32(16), x_test / np.float32(16)
    print(f"Digits: {len(x_train)} images of 8 x 8 pixels to train with, {len(x_test)} to test with.\n")

    model = keras.models.Sequential(
        [
            keras.layers.Flatten(input_shape=(8, 8)),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.summary()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    start = time.perf_counter()
    model.fit(x_train, y_train, epochs=epochs, batch_size=32, validation_split=0.1)
    seconds = time.perf_counter() - start
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"\nTrained in {seconds:.1f} s. Test accuracy: {accuracy:.1%}.\n")

    predicted = np.argmax(model.predict(x_test[:SHOWN], verbose=0), axis=-1)
    show(x_test[:SHOWN], [f"{p}" if p == y else f"{p}, not {y}" for p, y in zip(predicted, y_test, strict=False)])
    if accuracy < 0.95:
        print(f"That is less than the 95 % which {epochs} epochs should reach.", file=sys.stderr)
        return 1
    return 0


def show(images, captions):
    """Draw images (N, H, W) with values in [0, 1] side by side, each with its caption below."""
    levels = np.rint(np.clip(images, 0, 1) * (len(SHADES) - 1)).astype(int)
    for row in levels.transpose(1, 0, 2):
        print("   ".join("".join(SHADES[level] for level in pixels) for pixels in row).rstrip())
    width = images.shape[2]
    print("   ".join(caption.center(width) for caption in captions).rstrip())
