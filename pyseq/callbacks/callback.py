"""The base of all callbacks."""

from __future__ import annotations


class Callback:
    """Something to do at the beginning and end of training, epochs and batches. Subclasses override hooks.

    Attributes:
        model: the model in training.
        params: {"verbose", "epochs", "steps"} of the running `fit`.
    `logs` maps names of losses and metrics to their values so far in the epoch.

    A callback that overrides a batch hook makes training come back to Python after every batch; one without leaves it alone.
    """

    backed_up: tuple[str, ...] = ()  # attributes that BackupAndRestore saves, for a run that is taken up again
    _runs_last = False  # come after all other callbacks in each hook?

    def __init__(self):
        self.validation_data = None
        self.model = None
        self.params = None

    def set_params(self, params):
        self.params = params

    def set_model(self, model):
        self.model = model

    def on_train_begin(self, logs=None): ...

    def on_train_end(self, logs=None): ...

    def on_epoch_begin(self, epoch, logs=None): ...

    def on_epoch_end(self, epoch, logs=None): ...

    def on_train_batch_begin(self, batch, logs=None):
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        self.on_batch_end(batch, logs=logs)

    def on_batch_begin(self, batch, logs=None): ...

    def on_batch_end(self, batch, logs=None): ...

    def on_test_begin(self, logs=None): ...

    def on_test_end(self, logs=None): ...

    def on_test_batch_begin(self, batch, logs=None): ...

    def on_test_batch_end(self, batch, logs=None): ...

    def on_predict_begin(self, logs=None): ...

    def on_predict_end(self, logs=None): ...

    def on_predict_batch_begin(self, batch, logs=None): ...

    def on_predict_batch_end(self, batch, logs=None): ...

    def _implements_train_batch_hooks(self):
        """Must the hooks of training batches be called? Asked when training begins."""
        return any(overrides(self, hook) for hook in ("on_train_batch_begin", "on_train_batch_end"))

    def _implements_test_batch_hooks(self):
        return any(overrides(self, hook) for hook in ("on_test_batch_begin", "on_test_batch_end"))

    def _implements_predict_batch_hooks(self):
        return any(overrides(self, hook) for hook in ("on_predict_batch_begin", "on_predict_batch_end"))

    def _batches_wanted(self, batch):
        """After how many batches, `batch` the first of them, on_train_batch_end is due. It may be called sooner."""
        return 1


_ALIASES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


def overrides(callback, hook: str) -> bool:
    """Does this callback do something at this hook?"""
    names = [hook, _ALIASES.get(hook, hook)]
    return any(getattr(type(callback), n, None) is not getattr(Callback, n) or n in vars(callback) for n in names)
