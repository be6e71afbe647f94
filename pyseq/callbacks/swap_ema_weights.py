"""SwapEMAWeights: the moving averages of the weights in their place, while the model is evaluated."""

from __future__ import annotations

from pyseq.callbacks.callback import Callback


class SwapEMAWeights(Callback):
    """Evaluates, predicts and (if asked) saves with the moving averages of the weights; trains on with the weights themselves.

    Args:
        swap_on_epoch: have the averages in place at each epoch's end too, for callbacks that come after this one, such as
            ModelCheckpoint? The next epoch begins with the weights again.
    The optimizer must have been made with `use_ema=True`.
    Source: keras.callbacks.SwapEMAWeights of Keras 3.
    """

    backed_up = ("_set_aside",)

    def __init__(self, swap_on_epoch=False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._set_aside = None  # the weights' own values, while the averages are in their place

    def _averages_in(self):
        optimizer = self.model.optimizer
        if self._set_aside is not None or optimizer is None:
            return
        if not getattr(optimizer, "use_ema", False):
            raise ValueError(
                "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer. Received: use_ema=False"
            )
        weights = self.model.trainable_variables
        self._set_aside = [v.numpy() for v in weights]
        optimizer.finalize_variable_values(weights)

    def _weights_in(self):
        if self._set_aside is not None:
            for v, value in zip(self.model.trainable_variables, self._set_aside, strict=True):
                v.assign(value)
        self._set_aside = None

    def on_epoch_begin(self, epoch, logs=None):
        self._weights_in()

    def on_epoch_end(self, epoch, logs=None):
        if self.swap_on_epoch:
            self._averages_in()

    def on_train_end(self, logs=None):
        self._set_aside = None  # `fit` ends with the averages in place

    def on_test_begin(self, logs=None):
        self._averages_in()

    def on_test_end(self, logs=None):
        self._weights_in()

    def on_predict_begin(self, logs=None):
        self._averages_in()

    def on_predict_end(self, logs=None):
        self._weights_in()
