"""Several callbacks called as one; a batch hook that nobody overrides costs nothing."""

from __future__ import annotations

from pyseq.callbacks.callback import Callback, overrides
from pyseq.callbacks.history import History
from pyseq.callbacks.progress import ProgbarLogger
from pyseq.core.structure import flatten

HOOKS = [name for name in vars(Callback) if name.startswith("on_")]
_OLD_NAMES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


def wanted(callback, hook: str) -> bool:
    """Is this hook of this callback to be called?"""
    kind = hook.split("_")[1]
    if "_batch_" not in hook or kind == "batch":
        return True
    asked = getattr(callback, f"_implements_{kind}_batch_hooks", None)  # not there if the class is no Callback
    return (asked is None or asked()) and overrides(callback, hook)


def name_in(callback, hook: str):
    """What the callback calls this hook; None if it has no such hook, as an object that is no Callback may."""
    names = (hook, _OLD_NAMES.get(hook, hook))
    return next((name for name in names if callable(getattr(callback, name, None))), None)


class CallbackList:
    """Calls each hook of each callback, in order.

    Args:
        callbacks: a callback or a list of them, nested if you like. An object that is no Callback will do if it has hooks.
        add_history, add_progbar: append a History, a ProgbarLogger if there is none?
        model: given to each callback.
        params: given to each callback: verbose, epochs, steps.
    """

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        self.callbacks = [_checked(c) for c in flatten(callbacks)] if callbacks else []
        self._history = self._find(History)
        self._progbar = self._find(ProgbarLogger)
        if self._history is None and add_history:
            self._history = History()
            self.callbacks.append(self._history)
        if self._progbar is None and add_progbar:
            self._progbar = ProgbarLogger(count_mode="steps")
            self.callbacks.append(self._progbar)
        self.params = params
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)
        self._sort_by_hook()

    def _sort_by_hook(self):
        in_order = sorted(self.callbacks, key=lambda c: getattr(c, "_runs_last", False))
        named = {hook: [(c, name_in(c, hook)) for c in in_order] for hook in HOOKS}
        self._by_hook = {hook: [(c, n) for c, n in found if n and wanted(c, hook)] for hook, found in named.items()}

    def _find(self, kind):
        return next((c for c in self.callbacks if isinstance(c, kind)), None)

    def append(self, callback):
        self.callbacks.append(_checked(callback))
        self._sort_by_hook()

    def set_params(self, params):
        self.params = params
        for callback in self.callbacks:
            if hasattr(callback, "set_params"):
                callback.set_params(params)

    def set_model(self, model):
        self.model = model
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            if hasattr(callback, "set_model"):
                callback.set_model(model)

    def wants(self, hook: str) -> bool:
        """Does any callback do something at this batch hook?"""
        return bool(self._by_hook[hook])

    def wants_each(self, hook: str, logs) -> bool:
        """Must this hook be called for every batch? Not for a progress bar that shows running means."""
        return any(type(c) is not ProgbarLogger or not c.shows(logs) for c, _ in self._by_hook[hook])

    def batches_wanted(self, hook: str, batch: int, most: int, logs) -> int:
        """How many batches may be run, `batch` the first of them, before this hook must be called; at most `most`."""
        for c, _ in self._by_hook[hook]:
            if type(c) is not ProgbarLogger:
                wanted_by = getattr(c, "_batches_wanted", None)  # not there if the class is no Callback
                most = min(most, 1 if wanted_by is None else wanted_by(batch))
            elif not c.shows(logs):
                return 1
        return most

    def __iter__(self):
        return iter(self.callbacks)


def _checked(callback):
    """The callback.

    Raises:
        TypeError: it is a class, or has no hooks.
    """
    if isinstance(callback, type) or not any(callable(getattr(callback, hook, None)) for hook in HOOKS):
        raise TypeError(f"callbacks: must be instances of keras.callbacks.Callback. Received: {callback!r}.")
    return callback


def _caller(hook: str):
    without_index = hook.endswith(
        ("train_begin", "train_end", "test_begin", "test_end", "predict_begin", "predict_end")
    )
    if without_index:

        def call(self, logs=None):
            logs = {} if logs is None else logs
            for callback, name in self._by_hook[hook]:
                getattr(callback, name)(logs)
    else:

        def call_batch(self, batch, logs=None):
            logs = {} if logs is None else logs
            for callback, name in self._by_hook[hook]:
                getattr(callback, name)(batch, logs)

        def call(self, epoch, logs=None):
            call_batch(self, epoch, logs)

        call = call if "epoch" in hook else call_batch

    call.__name__ = hook
    return call


for _hook in HOOKS:
    setattr(CallbackList, _hook, _caller(_hook))
CallbackList.on_batch_begin = CallbackList.on_train_batch_begin
CallbackList.on_batch_end = CallbackList.on_train_batch_end
