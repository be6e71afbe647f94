"""SwapEMAWeights: which weights stand in the model when. The averages are computed beside, by the formula."""

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from pyseq.callbacks import Callback, SwapEMAWeights

X = np.random.default_rng(5).standard_normal((32, 3)).astype("float32")
Y = X.sum(1, keepdims=True)
MOMENTUM = 0.9


class Watches(Callback):
    """The weights and their averages after each batch, and what stands in the model at the other hooks."""

    def __init__(self):
        super().__init__()
        self.average, self.steps, self.at = None, [], {}

    def on_train_batch_end(self, batch, logs=None):
        w = self.model.get_weights()
        if self.average is not None:
            w_average = [MOMENTUM * a + (1 - MOMENTUM) * v for a, v in zip(self.average, w, strict=True)]
        self.average = w_average if self.average is not None else self._first(w)
        self.steps.append(w)

    def _first(self, w):
        return [MOMENTUM * a + (1 - MOMENTUM) * v for a, v in zip(self.begin, w, strict=True)]

    def on_train_begin(self, logs=None):
        self.begin = self.model.get_weights()

    def _note(self, hook):
        self.at.setdefault(hook, []).append(self.model.get_weights())

    def on_epoch_begin(self, epoch, logs=None):
        self._note("epoch begin")

    def on_epoch_end(self, epoch, logs=None):
        self._note("epoch end")
        self.at.setdefault("averages", []).append(self.average)

    def on_test_batch_end(self, batch, logs=None):
        self._note("test")


def made():
    keras.utils.set_random_seed(2)
    model = keras.Sequential([layers.Dense(4, "relu", input_shape=(3,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=MOMENTUM), "mse")
    return model


def close(a, b):
    for u, v in zip(a, b, strict=True):
        np.testing.assert_allclose(u, v, rtol=1e-5, atol=1e-6)


def same(a, b):
    return all(np.array_equal(u, v) for u, v in zip(a, b, strict=True))


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_averages_are_evaluated_and_weights_trained(swap_on_epoch):
    watch, plain = Watches(), Watches()
    model = made()
    h = model.fit(
        X,
        Y,
        batch_size=8,
        epochs=3,
        verbose=0,
        validation_data=(X, Y),
        callbacks=[SwapEMAWeights(swap_on_epoch), watch],
    )
    made().fit(X, Y, batch_size=8, epochs=3, verbose=0, callbacks=[plain])
    assert all(same(a, b) for a, b in zip(watch.steps, plain.steps, strict=True))  # training is as without
    for k in range(3):
        close(watch.at["test"][4 * k], watch.at["averages"][k])
        expected = watch.at["averages"][k] if swap_on_epoch else watch.steps[4 * k + 3]
        close(watch.at["epoch end"][k], expected)
    close(model.get_weights(), watch.average)  # `fit` ends with the averages
    assert h.history["val_loss"][-1] == pytest.approx(model.evaluate(X, Y, verbose=0), rel=1e-5)


def test_evaluate_and_predict_alone():
    model = made()
    model.fit(X, Y, epochs=1, verbose=0)
    before = model.get_weights()
    swap = SwapEMAWeights()
    model.evaluate(X, Y, verbose=0, callbacks=[swap])
    model.predict(X, callbacks=[swap])
    assert same(before, model.get_weights())


def test_without_averages():
    model = keras.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="use_ema=True"):
        model.fit(X, Y, verbose=0, validation_data=(X, Y), callbacks=[SwapEMAWeights()])
