"""The loops of fit, evaluate and predict. What one step does is the model's business (`train_step` and its sisters)."""

from __future__ import annotations

import contextlib

import numpy as np

from pyseq.callbacks import CallbackList
from pyseq.core import config
from pyseq.core.structure import flatten, map_structure
from pyseq.data.arrays import ArrayBatches, checked_count, split_for_validation
from pyseq.data.batches import batches_of, kind_of
from pyseq.data.class_weights import weighted_by_class
from pyseq.data.leaves import check_cardinality
from pyseq.data.stretches import packed
from pyseq.messages import is_interactive_logging_enabled
from pyseq.models.collected import Collected
from pyseq.models.functions import Feed, Functions, FunctionSteps, StepFunction
from pyseq.models.old_names import GeneratorMethods
from pyseq.models.run import Run
from pyseq.models.steps import EagerSteps, PlannedSteps, Plans, as_floats

NO_BATCHES = "{}: Expected input data to be non-empty: there was no batch. A generator gives each of its batches once."


class Training(Functions, GeneratorMethods):
    """Part of Model: data to batches, batches to steps, results to callbacks."""

    _run = None  # of `fit`, while it goes

    def _init_training(self):
        self.optimizer = None
        self.loss = None
        self.history = None
        self.stop_training = False
        self._compiled = None
        self._plans = Plans()
        self.run_eagerly = False
        self.steps_per_execution = 1

    def __getstate__(self):
        """A copy is not in the run that the model is in: that holds the data and the callbacks."""
        return {k: v for k, v in super().__getstate__().items() if k != "_run"}

    def _assert_compiled(self):
        if self._compiled is None:
            raise RuntimeError(
                "You must compile your model before training/testing. Use `model.compile(optimizer, loss)`."
            )

    # ------------------------------------------------------------------------------------------ fit

    def fit(
        self, x=None, y=None, batch_size=None, epochs=1, verbose=1, callbacks=None, validation_split=0.0,
        validation_data=None, shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0, steps_per_epoch=None,
        validation_steps=None, validation_batch_size=None, validation_freq=1, max_queue_size=10, workers=1,
        use_multiprocessing=False,
    ):  # fmt: skip
        """Train the model.

        Args:
            x, y: arrays or frames (or lists or dicts of them), first axis samples. Or x alone: a generator, `Sequence` or
                `tf.data.Dataset` of batches x, (x, y) or (x, y, sample_weight).
            batch_size: samples a step; 32 by default. Of arrays: other data comes in batches.
            epochs: number of the last epoch; initial_epoch: number of the first, counted from 0.
            verbose: 0 silent, 1 or "auto" a progress bar, 2 a line an epoch.
            callbacks: list of callbacks.
            validation_split: fraction in [0, 1) of the arrays, taken from their end, to validate on if there is no
                `validation_data`.
            validation_data: (x, y) or (x, y, sample_weight), or a generator, Sequence or dataset, to validate on.
            shuffle: a new order of the samples (of the batches of a Sequence) in each epoch?
            class_weight: {class: factor of its samples in the loss}, for every class from 0 on.
            sample_weight: (N,) factor of each sample in the loss.
            steps_per_epoch, validation_steps: batches an epoch; all of the data by default.
            validation_batch_size: `batch_size` by default.
            validation_freq: validate after every so many epochs, or a list of epochs, counted from 1.
            workers: how many threads (or, with `use_multiprocessing`, processes) make the batches of a Sequence; a generator has
                one. With 1 thread, the one that trains, until they turn out slow; 0: always.
            max_queue_size: batches that they make ahead.
        Returns:
            A History.
        """
        self._assert_compiled()
        verbose = checked_verbose(verbose)
        epochs = checked_count("epochs", epochs, 1, least=0)
        initial_epoch = checked_count("initial_epoch", initial_epoch, 0, least=0)
        if validation_split and validation_data is None:
            if kind_of(x) is not None:
                raise ValueError(
                    "`validation_split` is only supported for Tensors or NumPy arrays, found following types in the input: "
                    f"[{type(x)}]"
                )
            (x, y, sample_weight), validation_data = split_for_validation(x, y, sample_weight, validation_split)
        if validation_batch_size is None:
            validation_batch_size = batch_size
        with contextlib.ExitStack() as opened:
            workers = dict(workers=workers, use_multiprocessing=use_multiprocessing, max_queue_size=max_queue_size)
            data = batches_of(
                x, y, sample_weight, batch_size, checked_count("steps_per_epoch", steps_per_epoch, None), shuffle,
                epochs - initial_epoch, class_weight, **workers,
            )  # fmt: skip
            opened.callback(data.close)
            validation = None
            if validation_data is not None:
                steps = checked_count("validation_steps", validation_steps, None)
                size = checked_count("validation_batch_size", validation_batch_size, batch_size)
                validation = self._validation_batches(validation_data, size, steps, workers)
                validation.anew = True  # the same samples every time
                opened.callback(validation.close)
            callbacks = self._callback_list(callbacks, verbose, epochs=epochs, steps=data.steps)
            self._fit(data, validation, callbacks, range(initial_epoch, epochs), validation_epochs(validation_freq))
        return self.history

    def _fit(self, data, validation, callbacks, epochs, due):
        self.stop_training = False
        self._make_function("train")
        with Run(self, data, callbacks, epochs.start) as run:
            callbacks.on_train_begin()
            run.take_up()
            logs = None
            for epoch in range(run.epoch, epochs.stop):
                self.reset_metrics()
                callbacks.on_epoch_begin(epoch)
                made = self._run_batches(data, "train", callbacks, *run.enter(epoch))
                if made is None:
                    break
                logs = made
                if validation is not None and due(epoch + 1):
                    values = self._evaluate(validation, callbacks) or {}
                    logs = {**logs, **{f"val_{k}": v for k, v in values.items()}}
                callbacks.on_epoch_end(epoch, logs)
                if self.stop_training or data.used_up:
                    break
                data.on_epoch_end()
            if run.epoch < epochs.stop and logs is None:
                raise ValueError(NO_BATCHES.format("fit"))
            with self._trainable_as_compiled():
                self.optimizer.finalize_variable_values(self.trainable_variables)
            callbacks.on_train_end(logs or {})

    def _callback_list(self, callbacks, verbose, **params):
        if isinstance(callbacks, CallbackList):
            return callbacks
        return CallbackList(
            callbacks, add_history=True, add_progbar=verbose != 0, model=self, verbose=verbose, **params
        )

    def _validation_batches(self, data, batch_size, steps, workers):
        if kind_of(data) is not None:
            return batches_of(data, steps=steps, **workers)
        if not isinstance(data, (tuple, list)) or len(data) not in (1, 2, 3):
            raise ValueError(
                "`validation_data` must be (x_val, y_val) or (x_val, y_val, sample_weight), a generator, a Sequence or a "
                f"dataset. Received: {type(data).__name__}."
            )
        return batches_of(*data, *(None,) * (3 - len(data)), batch_size=batch_size, steps=steps)

    def _steps(self, kind, stretch):
        """The steps of a stretch of batches, planned or eager."""
        own = self._own_function(kind)
        if own is not None:
            return FunctionSteps(own, stretch)
        step = self._step_of(kind)
        if self._runs_eagerly() or stretch.has_texts():
            return EagerSteps(step, stretch)
        planned = self._plans.or_none(kind, lambda: PlannedSteps(self._plans, kind, step, stretch))
        return EagerSteps(step, stretch) if planned is None else planned

    def _step_of(self, kind):
        """`train_step`, `test_step` or `predict_step`. Training follows what was trainable when `compile` was called."""
        step = getattr(self, f"{kind}_step")
        if kind != "train":
            return step

        def train_step(data):
            with self._trainable_as_compiled():
                return step(data)

        return train_step

    @contextlib.contextmanager
    def _trainable_as_compiled(self):
        """Context in which the layers are as trainable as `compile` found them, as tf.keras promises.

        So two models that share layers train different ones of them: a discriminator is compiled, then frozen, then compiled
        again as the second half of another model.
        """
        changed = [(layer, was) for layer, was in self._compiled["trainable"] if layer._trainable is not was]
        try:
            for layer, was in changed:
                layer._set_trainable(was)
            yield
        finally:
            for layer, was in changed:
                layer._set_trainable(not was)

    def _runs_eagerly(self):
        return self.run_eagerly or config.functions_run_eagerly()

    def _run_batches(self, data, kind, callbacks, first=0, logs=None):
        """One pass over the batches; returns the logs of the last as floats, None if there was none.

        Callbacks are asked after the batches they want; a progress bar, when a slice of steps comes back.

        Args:
            first: number of the first batch that `data` gives; logs: those of the batch before it.
        """
        begin, end = f"on_{kind}_batch_begin", f"on_{kind}_batch_end"
        begin_each, end_wanted = callbacks.wants(begin), callbacks.wants(end)
        k, last = first, None
        known = False  # the names of the logs, which tell how often a progress bar wants them
        together, pending = (
            self.steps_per_execution,
            0,
        )  # callbacks see so many batches as one; those since they were asked
        for stretch in data.stretches():
            steps, at = self._steps(kind, stretch), 0
            try:
                while at < stretch.steps:
                    if begin_each and not pending:
                        getattr(callbacks, begin)(k)
                    most = stretch.steps - at
                    if together > 1:
                        most = min(most, together - pending)
                    elif begin_each or end_wanted and not known:
                        most = 1
                    elif end_wanted:
                        most = callbacks.batches_wanted(end, k, most, logs)
                    made = steps.run(at, most)
                    at, k, pending = at + made, k + made, pending + made
                    if pending < together:
                        continue
                    pending = 0
                    if end_wanted:
                        logs, known = steps.logs(), True
                        getattr(callbacks, end)(k - 1, logs)
                    if kind == "train" and self.stop_training:
                        return steps.logs()
                last = steps
            finally:
                steps.close()
        if pending and end_wanted:
            getattr(callbacks, end)(k - 1, last.logs())
        return logs if last is None else last.logs()

    # ------------------------------------------------------------------------------------------ evaluate

    def evaluate(
        self, x=None, y=None, batch_size=None, verbose=1, sample_weight=None, steps=None, callbacks=None,
        max_queue_size=10, workers=1, use_multiprocessing=False, return_dict=False, **kwargs,
    ):  # fmt: skip
        """Loss and metrics on data.

        Args:
            x, y, sample_weight, batch_size, verbose, callbacks: as of `fit`.
            steps: batches; all of the data by default.
            return_dict: {name: value} instead of a list?
        Returns:
            The loss as a float; [loss, metric, ...] if there are metrics.
        """
        if kwargs:
            raise TypeError(f"Invalid keyword arguments: {sorted(kwargs)}")
        self._assert_compiled()
        verbose = checked_verbose(verbose)
        data = batches_of(
            x, y, sample_weight, batch_size, steps, workers=workers, use_multiprocessing=use_multiprocessing,
            max_queue_size=max_queue_size,
        )  # fmt: skip
        with contextlib.closing(data):
            callbacks = self._callback_list(callbacks, verbose, epochs=1, steps=data.steps)
            logs = self._evaluate(data, callbacks)
        if logs is None:
            raise ValueError(NO_BATCHES.format("evaluate"))
        return logs if return_dict else self._flat_logs(logs)

    def _flat_logs(self, logs):
        """The values of logs in the order of `metrics_names`, then others by name; one alone is no list."""
        names = self.metrics_names
        values = [logs[name] for name in names if name in logs]
        values += [logs[name] for name in sorted(logs) if name not in names]
        return values[0] if len(values) == 1 else values

    def _evaluate(self, data, callbacks):
        self.reset_metrics()
        self._make_function("test")
        callbacks.on_test_begin()
        logs = self._run_batches(data, "test", callbacks)
        callbacks.on_test_end(logs or {})
        data.on_epoch_end()
        return logs

    # ------------------------------------------------------------------------------------------ predict

    def predict(
        self, x, batch_size=None, verbose=0, steps=None, callbacks=None, max_queue_size=10, workers=1,
        use_multiprocessing=False,
    ):  # fmt: skip
        """Outputs for data.

        Args:
            x, batch_size, verbose, steps, callbacks: as of `evaluate`.
        Returns:
            NumPy array (N, ...), or a structure of them as `call` gives it.
        """
        if type(self.predict_function) is not StepFunction:
            self._make_function("predict")
        simple = self._own_function("predict") is None
        if (
            simple
            and not verbose
            and not callbacks
            and type(x) is np.ndarray
            and steps is None
            and not self._runs_eagerly()
        ):
            small = 32 if batch_size is None else checked_count("batch_size", batch_size, 32)
            y = self._plans.predict(self.predict_step, x, small) if x.ndim else None
            if y is not None:
                return y
        verbose = 0 if verbose == "auto" else checked_verbose(verbose)
        data = batches_of(
            x, batch_size=batch_size, steps=steps, workers=workers, use_multiprocessing=use_multiprocessing,
            max_queue_size=max_queue_size,
        )  # fmt: skip
        with contextlib.closing(data):
            callbacks = self._callback_list(callbacks, verbose, epochs=1, steps=data.steps)
            callbacks.on_predict_begin()
            n = data.n
            collected = Collected(min(n, data.steps * data.batch_size) if isinstance(data, ArrayBatches) else n)
            k = 0
            for stretch in data.stretches():
                k = self._predict_stretch(stretch, k, collected, callbacks)
            if collected.unseen:
                callbacks.on_predict_batch_end(k - 1, {"outputs": collected.shown()})
            if not k:
                raise ValueError(NO_BATCHES.format("predict"))
            callbacks.on_predict_end()
            data.on_epoch_end()
        return collected.arrays()

    def _predict_stretch(self, stretch, k, collected, callbacks):
        """The outputs of a stretch of batches, the first of them number k; returns the number of the next."""
        begin = callbacks.on_predict_batch_begin if callbacks.wants("on_predict_batch_begin") else None
        end = callbacks.on_predict_batch_end if callbacks.wants("on_predict_batch_end") else None
        together = self.steps_per_execution
        each = begin is not None or end is not None and callbacks.wants_each("on_predict_batch_end", ())
        steps, at = self._steps("predict", stretch), 0
        direct = not each and collected.takes(steps)
        try:
            while at < stretch.steps:
                if begin is not None and k % together == 0:
                    begin(k)
                # The first batch alone if there is a bar: the time per step is told without it.
                made = steps.run(at, stretch.steps - at if direct and (k or end is None) else 1)
                at, k = at + made, k + made
                if not direct:
                    outputs = steps.outputs()
                    collected.add(outputs, stretch.batch_size)
                if end is None:
                    continue
                if not each:
                    end(k - 1, None)
                    continue
                collected.unseen.append(outputs)
                if k % together == 0:
                    end(k - 1, {"outputs": collected.shown()})
        finally:
            steps.close()
        collected.done += stretch.steps * stretch.batch_size if direct else 0
        return k

    # ------------------------------------------------------------------------------------------ one batch

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, reset_metrics=True, return_dict=False):
        """One step of training on a batch; returns the loss, or [loss, metric, ...]."""
        self._assert_compiled()
        sample_weight = weighted_by_class(y, sample_weight, class_weight)
        return self._on_batch("train", x, y, sample_weight, reset_metrics, return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, reset_metrics=True, return_dict=False):
        """Loss and metrics of a batch."""
        self._assert_compiled()
        return self._on_batch("test", x, y, sample_weight, reset_metrics, return_dict)

    def _on_tensors(self, kind, data):
        """A step on data of tensors as steps get it."""
        self._make_function(kind)
        own = self._own_function(kind)
        return self._step_by_plan(kind, data) if own is None else own(Feed(data))

    def _step_by_plan(self, kind, data):
        step = self._step_of(kind)
        if self._runs_eagerly():
            return step(data)
        plan = self._plans.or_none(kind, lambda: self._plans.on_tensors(kind, step, data))
        return step(data) if plan is None else plan(*flatten(data))

    def _on_batch(self, kind, x, y, sample_weight, reset_metrics, return_dict):
        if reset_metrics:
            self.reset_metrics()
        logs = as_floats(self._on_tensors(kind, whole_batch(x, y, sample_weight)))
        return logs if return_dict else self._flat_logs(logs)

    def predict_on_batch(self, x):
        """Outputs for a batch, as NumPy arrays."""
        return map_structure(np.asarray, self._on_tensors("predict", whole_batch(x)))


def whole_batch(x, y=None, sample_weight=None):
    """One batch of tensors as steps get it: (x,), (x, y) or (x, y, sample_weight)."""
    n = check_cardinality(
        **{k: np.asarray(v) if isinstance(v, (list, tuple)) and not _holds_arrays(v) else v
           for k, v in (("x", x), ("y", y), ("sample_weight", sample_weight))}
    )  # fmt: skip
    data = packed(next(iter(ArrayBatches(x, y, sample_weight, batch_size=n))))
    return data if isinstance(data, tuple) else (data,)


def _holds_arrays(v):
    return any(hasattr(item, "shape") for item in v)


def checked_verbose(verbose):
    """0, 1 or 2 of a verbose argument."""
    if verbose == "auto":
        return 1 if is_interactive_logging_enabled() else 2
    if verbose is True:
        return 1
    if verbose in (0, 1, 2):
        return int(verbose)
    raise ValueError(f"`verbose` must be 0, 1, 2 or 'auto'. Received: verbose={verbose!r}.")


def validation_epochs(validation_freq):
    """A function that says whether to validate after an epoch (counted from 1)."""
    if isinstance(validation_freq, (list, tuple, set, np.ndarray)):
        wanted = {int(k) for k in validation_freq}
        return lambda epoch: epoch in wanted
    every = checked_count("validation_freq", validation_freq, 1)
    return lambda epoch: epoch % every == 0
