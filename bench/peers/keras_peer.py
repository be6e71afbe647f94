"""The models in tf.keras's terms: one program for pyseq and for TensorFlow."""

from __future__ import annotations

import rows
from peer import Peer


def layer_of(keras, layer):
    """A layer of `keras`, or NotImplementedError if it has none of the kind."""
    kind = type(layer).__name__
    if not hasattr(keras.layers, kind):
        raise NotImplementedError(f"no layers.{kind} yet")
    if isinstance(layer, rows.Dense):
        regularizer = keras.regularizers.l2(layer.l2) if layer.l2 else None
        return keras.layers.Dense(layer.units, activation=layer.activation, kernel_regularizer=regularizer)
    if isinstance(layer, rows.Conv2D):
        return keras.layers.Conv2D(layer.filters, 3, padding=layer.padding, activation="relu")
    if isinstance(layer, rows.MaxPooling2D | rows.Flatten):
        return getattr(keras.layers, kind)()
    if isinstance(layer, rows.AlphaDropout | rows.Dropout):
        return getattr(keras.layers, kind)(layer.rate)
    return keras.layers.BatchNormalization(momentum=layer.momentum, epsilon=layer.epsilon)


class Keras(Peer):
    """`fit` of a Sequential model."""

    def __init__(self, keras, version):
        self.keras = keras
        self.version = version

        class Clock(keras.callbacks.Callback):
            """Seconds of each epoch; what `fit` does before the first and after the last is not counted."""

            def on_train_begin(clock, logs=None):
                clock.seconds = []

            def on_epoch_begin(clock, epoch, logs=None):
                clock.start = self.clock()

            def on_epoch_end(clock, epoch, logs=None):
                clock.seconds.append(self.clock() - clock.start)

        self.watch = Clock()

    def build(self):
        keras, row = self.keras, self.row
        keras.backend.clear_session()
        self.model = keras.Sequential([layer_of(keras, layer) for layer in row.layers])
        self.model.build((None, *row.shape))
        self.compile()

    def compile(self):
        self.model.compile(self.row.optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])

    def restart(self, weights):
        self.model.set_weights(weights)
        self.compile()

    def unshuffled(self, x, y):
        history = self.model.fit(x, y, batch_size=self.row.batch, shuffle=False, verbose=0).history
        return history["loss"][0], history["accuracy"][0]

    def epochs(self, n):
        self.model.fit(self.x, self.y, batch_size=self.row.batch, epochs=n, verbose=0, callbacks=[self.watch])
        return self.watch.seconds

    def one_row(self):
        model, x = self.model, self.x
        return {"predict(x[:1])": lambda: model.predict(x[:1], verbose=0), "model(x[:1])": lambda: model(x[:1])}
