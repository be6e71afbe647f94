"""BackupAndRestore: a run that was broken off is taken up where it was, and ends with the bits it would have had."""

from __future__ import annotations

import os

from pyseq.callbacks.saver import Saver
from pyseq.callbacks.state_file import read_state, write_state


class BackupAndRestore(Saver):
    """Keeps the state of training in a file; a run that begins where there is such a file goes on from it.

    Kept are weights, optimizer, metrics, seed generators, the global random state (and Python's and NumPy's), epoch and
    batch, the order of the data, History, and of other callbacks what they name in `backed_up`. So a run that was killed and
    started again ends with the same bits as one that was not. Generators must give the same batches again: those that were
    used before are passed over, as are those of a dataset that are not rows of arrays.

    Args:
        backup_dir: folder of the file, for this run alone.
        save_freq: "epoch", at the end of each; or a number of batches, which then counts on over the epochs.
        delete_checkpoint: delete the file when training has ended?
        save_before_preemption: of clusters that announce their end; must be False.
    Source: tf.keras.callbacks.BackupAndRestore.
    """

    _runs_last = True  # what is kept of the other callbacks has seen this epoch or batch

    def __init__(self, backup_dir, save_freq="epoch", delete_checkpoint=True, save_before_preemption=False):
        if not save_freq and not save_before_preemption:
            raise ValueError("Either `save_freq` or `save_before_preemption` must be set.")
        if save_before_preemption:
            raise NotImplementedError(
                "BackupAndRestore: `save_before_preemption` is not supported. Use `save_freq` with a number of batches."
            )
        super().__init__(save_freq)
        self.backup_dir = os.fspath(backup_dir)
        self.delete_checkpoint = delete_checkpoint
        self.path = os.path.join(self.backup_dir, "backup.npz")

    def on_train_begin(self, logs=None):
        if os.path.exists(self.path):
            self.model._run.state = read_state(self.path)

    def _batches_done(self, epoch, batch, logs):
        if not self.model.stop_training:  # if it is, this epoch ends here, which a state inside it would not say
            self._keep(epoch, batch + 1, logs)

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._keep(epoch + 1)

    def on_train_end(self, logs=None):
        if self.delete_checkpoint and os.path.exists(self.path):
            os.remove(self.path)

    def _keep(self, *at):
        os.makedirs(self.backup_dir, exist_ok=True)
        write_state(self.path, self.model._run.snapshot(*at))
