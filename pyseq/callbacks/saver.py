"""What ModelCheckpoint and BackupAndRestore have in common: `save_freq`."""

from __future__ import annotations

from pyseq.callbacks.callback import Callback


class Saver(Callback):
    """Does something at the end of epochs, or after every so many batches; that count goes on over the epochs.

    Its hook is called for some batches only, the last of each epoch among them.

    Args:
        save_freq: "epoch", or a number of batches.
    """

    backed_up = ("_since", "_last_batch")

    def __init__(self, save_freq):
        super().__init__()
        if save_freq != "epoch" and (isinstance(save_freq, bool) or not isinstance(save_freq, int) or save_freq < 1):
            raise ValueError(f'Unrecognized save_freq: {save_freq}. Expected save_freq are "epoch" or integer')
        self.save_freq = save_freq
        self._epoch = 0
        self._since, self._last_batch = 0, -1  # batches since it was last done; number of the last one seen

    def _implements_train_batch_hooks(self):
        return self.save_freq != "epoch"

    def _batches_wanted(self, batch):
        return max(1, self.save_freq - self._since)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._last_batch = epoch, -1

    def on_train_batch_end(self, batch, logs=None):
        if self.save_freq == "epoch":
            return
        self._since += batch - self._last_batch
        self._last_batch = batch
        if self._since >= self.save_freq:
            self._since = 0
            self._batches_done(self._epoch, batch, logs or {})

    def _batches_done(self, epoch, batch, logs):
        """It is time, in an epoch, after batch number `batch`."""
        raise NotImplementedError
