"""A run of `fit` with BackupAndRestore that may be killed at any moment and started again. Prints a digest of how it ended.

    python -m tests.callbacks.resumed FOLDER SAVE_FREQ [eager]

Prints "batch" when each batch begins, so that who started it can choose when to kill it. SAVE_FREQ: epoch, a number, or none.
"""

import hashlib
import sys

import numpy as np

import pyseq as keras
from pyseq import layers
from pyseq.callbacks import BackupAndRestore, Callback, EarlyStopping, ReduceLROnPlateau


class Beat(Callback):
    def on_train_batch_begin(self, batch, logs=None):
        print("batch", flush=True)


def main(folder, save_freq, eager=""):
    keras.utils.set_random_seed(11)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 6)).astype("float32")
    y = (x @ rng.standard_normal((6, 3))).argmax(1)
    model = keras.Sequential(
        [layers.Dense(16, "relu", input_shape=(6,)), layers.Dropout(0.3), layers.Dense(3, "softmax")]
    )
    rate = keras.optimizers.Adam(0.01, amsgrad=True, use_ema=True, ema_overwrite_frequency=7)
    model.compile(rate, "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=bool(eager))
    stop = EarlyStopping(patience=2, restore_best_weights=True)
    plateau = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=0.05)
    callbacks = [Beat(), stop, plateau]
    if save_freq != "none":
        callbacks.append(BackupAndRestore(folder, save_freq if save_freq == "epoch" else int(save_freq)))
    history = model.fit(
        x, y, batch_size=16, epochs=12, verbose=0, shuffle=True, validation_split=0.2, callbacks=callbacks
    )
    digest = hashlib.sha256(repr((history.epoch, history.history, stop.best, stop.wait, plateau.wait)).encode())
    variables = [*model.get_weights(), *(v.numpy() for v in model.optimizer.variables), np.random.random(3)]
    for a in variables:
        digest.update(np.ascontiguousarray(a).tobytes())
    digest.update(np.asarray(keras.random.uniform((4,))).tobytes())
    print("ended", len(history.epoch), digest.hexdigest(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
