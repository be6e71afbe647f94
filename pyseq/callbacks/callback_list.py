"""Several callbacks called as one; a hook that nobody overrides costs nothing."""

from __future__ import annotations

from pyseq.callbacks.callback import Callback, overrides
from pyseq.callbacks.history import History
from pyseq.callbacks.progress import ProgbarLogger

HOOKS = [name for name in vars(Callback) if name.startswith("on_")]
_BATCHES = {"train": "_implements_train_batch_hooks", "test": "_implements_test_batch_hooks",
            "predict": "_implements_predict_batch_hooks"}  # fmt: skip


def wanted(callback, hook: str) -> bool:
    """Is this hook of this callback to be called?"""
    kind = hook.split("_")[1]
    if "_batch_" in hook and kind in _BATCHES:
        asked = getattr(callback, _BATCHES[kind], None)  # not there if the class is no Callback
        if asked is not None and not asked():
            return False
    return overrides(callback, hook)


class CallbackList:
    """Calls each hook of each callback, in order.

    Args:
        callbacks: a callback or a list of them.
        add_history, add_progbar: append a History, a ProgbarLogger if there is none?
        model: given to each callback.
        params: given to each callback: verbose, epochs, steps.
    """

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        self.callbacks = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks else []
        for callback in self.callbacks:
            if not callable(getattr(callback, "set_model", None)):
                raise TypeError(f"callbacks: must be instances of keras.callbacks.Callback. Received: {callback!r}.")
        self._progbar = self._find(ProgbarLogger)
        self._history = self._find(History)
        if self._progbar is None and add_progbar:
            self._progbar = ProgbarLogger(count_mode="steps")
            self.callbacks.append(self._progbar)
        if self._history is None and add_history:
            self._history = History()
            self.callbacks.append(self._history)
        self.params = params
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)
        self._sort_by_hook()

    def _sort_by_hook(self):
        in_order = sorted(self.callbacks, key=lambda c: getattr(c, "_runs_last", False))
        self._by_hook = {hook: [c for c in in_order if wanted(c, hook)] for hook in HOOKS}

    def _find(self, kind):
        return next((c for c in self.callbacks if isinstance(c, kind)), None)

    def append(self, callback):
        self.callbacks.append(callback)
        self._sort_by_hook()

    def set_params(self, params):
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model):
        self.model = model
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    def wants(self, hook: str) -> bool:
        """Does any callback do something at this hook?"""
        return bool(self._by_hook[hook])

    def wants_each(self, hook: str, logs) -> bool:
        """Must this hook be called for every batch? Not for a progress bar that shows running means."""
        return any(type(c) is not ProgbarLogger or not c.shows(logs) for c in self._by_hook[hook])

    def batches_wanted(self, hook: str, batch: int, most: int, logs) -> int:
        """How many batches may be run, `batch` the first of them, before this hook must be called; at most `most`."""
        for c in self._by_hook[hook]:
            if type(c) is not ProgbarLogger:
                wanted_by = getattr(c, "_batches_wanted", None)  # not there if the class is no Callback
                most = min(most, 1 if wanted_by is None else wanted_by(batch))
            elif not c.shows(logs):
                return 1
        return most

    def __iter__(self):
        return iter(self.callbacks)


def _caller(hook: str):
    if (
        hook.endswith("_begin")
        and "batch" not in hook
        and "epoch" not in hook
        or hook.endswith(("train_end", "test_end", "predict_end"))
    ):

        def call(self, logs=None):
            logs = {} if logs is None else logs
            for callback in self._by_hook[hook]:
                getattr(callback, hook)(logs)
    else:

        def call(self, index, logs=None):
            logs = {} if logs is None else logs
            for callback in self._by_hook[hook]:
                getattr(callback, hook)(index, logs)

    call.__name__ = hook
    return call


for _hook in HOOKS:
    setattr(CallbackList, _hook, _caller(_hook))
CallbackList.on_batch_begin = CallbackList.on_train_batch_begin
CallbackList.on_batch_end = CallbackList.on_train_batch_end
