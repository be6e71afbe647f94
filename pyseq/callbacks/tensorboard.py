"""TensorBoard: losses, metrics, weights and the model itself, for the program `tensorboard` to show."""

from __future__ import annotations

import json
import os
import time
import warnings

import numpy as np

from pyseq.callbacks import events
from pyseq.callbacks.callback import Callback
from pyseq.optimizers.schedules import LearningRateSchedule

_OLD = {
    "write_grads": "`write_grads` will be ignored in TensorFlow 2.0 for the `TensorBoard` Callback.",
    "batch_size": "`batch_size` is no longer needed in the `TensorBoard` Callback and will be ignored in TensorFlow 2.0.",
    "embeddings_layer_names": "`embeddings_layer_names` is not supported in TensorFlow 2.0. Instead, all `Embedding` layers "
    "will be visualized.",
    "embeddings_data": "`embeddings_data` is not supported in TensorFlow 2.0. Instead, all `Embedding` variables will be "
    "visualized.",
}


class TensorBoard(Callback):
    """Writes event files into `log_dir`/train and `log_dir`/validation; `tensorboard --logdir log_dir` shows them.

    The program is a package of its own (`pip install tensorboard`); writing does not need it.

    Args:
        log_dir: folder.
        histogram_freq: epochs between two histograms of each weight; 0: none.
        write_graph: write the model's structure? As a graph if the model has a configuration, else its summary as text.
        write_images: the weights as pictures too, as often as histograms?
        write_steps_per_second: steps a second too?
        update_freq: "epoch"; "batch" or a number: losses and metrics so far also after every so many batches.
        profile_batch: must be 0. `model.plan_summary(x, y)` shows where the time of a step goes.
        embeddings_freq, embeddings_metadata: must be 0 and None.
    Source: tf.keras.callbacks.TensorBoard, with its names of curves.
    """

    backed_up = ("_train_step",)

    def __init__(
        self, log_dir="logs", histogram_freq=0, write_graph=True, write_images=False, write_steps_per_second=False,
        update_freq="epoch", profile_batch=0, embeddings_freq=0, embeddings_metadata=None, **kwargs,
    ):  # fmt: skip
        super().__init__()
        unknown = set(kwargs) - set(_OLD)
        if unknown:
            raise ValueError(
                f"Unrecognized arguments in `TensorBoard` Callback: {sorted(unknown)}. Supported kwargs are: {sorted(_OLD)}"
            )
        for name in kwargs:
            warnings.warn(_OLD[name], stacklevel=2)
        _check_profile_batch(profile_batch)
        if embeddings_freq or embeddings_metadata:
            raise NotImplementedError(
                "TensorBoard: `embeddings_freq` must be 0; embeddings are not written. histogram_freq=1 shows their weights."
            )
        update_freq = 1 if update_freq == "batch" else update_freq
        if update_freq != "epoch" and (type(update_freq) is not int or update_freq < 1):
            raise ValueError(
                f"TensorBoard: `update_freq` must be 'epoch', 'batch' or a number of batches. Received: update_freq={update_freq!r}."
            )
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = update_freq
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._train_step = 0
        self._trains = False

    def set_model(self, model):
        super().set_model(model)
        self._train_dir = os.path.join(self.log_dir, "train")
        self._train = events.EventFile(self._train_dir)
        self._validation = events.EventFile(os.path.join(self.log_dir, "validation"))
        self._graph_due = self.write_graph

    def _implements_train_batch_hooks(self):
        return self.update_freq != "epoch"

    def _batches_wanted(self, batch):
        return self.update_freq - self._train_step % self.update_freq

    def on_train_begin(self, logs=None):
        self._trains = True
        self._train_step = self._step()
        self._last_write = self._train_step, time.perf_counter()

    def on_train_end(self, logs=None):
        self._trains = False
        self._train.close()
        self._validation.close()

    def on_epoch_begin(self, epoch, logs=None):
        self._last_batch = -1
        self._epoch_begin = self._step(), time.perf_counter()
        self._write_graph()

    def on_train_batch_end(self, batch, logs=None):
        self._train_step += batch - self._last_batch
        self._last_batch = batch
        if self.update_freq == "epoch" or self._train_step % self.update_freq:
            return
        values = [events.scalar(f"batch_{name}", x) for name, x in _scalars(logs)]
        if self.write_steps_per_second:
            values.append(events.scalar("batch_steps_per_second", self._speed(self._last_write, self._train_step)))
            self._last_write = self._train_step, time.perf_counter()
        self._train.write(self._train_step, *values)

    def on_test_end(self, logs=None):
        if getattr(self.model.optimizer, "iterations", None) is not None:
            values = [events.scalar(f"evaluation_{name}_vs_iterations", x) for name, x in _scalars(logs)]
            self._validation.write(self._step(), *values)
            self._validation.flush() if self._trains else self._validation.close()

    def on_epoch_end(self, epoch, logs=None):
        self._write_graph()  # of a model that the first batch built
        train = [(name, x) for name, x in _scalars(logs) if not name.startswith("val_")]
        validation = [(name[4:], x) for name, x in _scalars(logs) if name.startswith("val_")]
        schedule = getattr(self.model.optimizer, "_learning_rate", None)
        if isinstance(schedule, LearningRateSchedule):
            train.append(("learning_rate", float(schedule(self.model.optimizer.iterations))))
        if self.write_steps_per_second:
            train.append(("steps_per_second", self._speed(self._epoch_begin, self._step())))
        self._train.write(epoch, *(events.scalar(f"epoch_{name}", x) for name, x in train))
        self._validation.write(epoch, *(events.scalar(f"epoch_{name}", x) for name, x in validation))
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        self._train.flush()
        self._validation.flush()

    def _step(self):
        """Steps made by the optimizer."""
        return int(self.model.optimizer.iterations.numpy())

    def _speed(self, begin, step):
        return (step - begin[0]) / max(time.perf_counter() - begin[1], 1e-9)

    def _write_graph(self):
        if self._graph_due and self.model.built:
            self._graph_due = False
            self._train.write(0, _graph(self.model))

    def _write_weights(self, epoch):
        for layer in self.model.layers:
            for v in layer.weights:
                name, value = v.name.replace(":", "_"), v.numpy()
                self._train.write(epoch, events.histogram(f"{name}/histogram", value))
                pictures = as_pictures(value) if self.write_images else None
                if pictures is not None:
                    self._train.write(epoch, events.images(f"{name}/image", pictures))


def _scalars(logs):
    """The numbers among the logs."""
    return [
        (name, float(x)) for name, x in (logs or {}).items() if np.ndim(x) == 0 and np.asarray(x).dtype.kind in "fiub"
    ]


def _graph(model):
    """The model as a graph if its configuration has its layers, as TensorBoard needs it, else its summary as text."""
    try:
        description = model.to_json()
        if "layers" in json.loads(description)["config"]:
            return events.keras_model("keras", description)
    except (AttributeError, NotImplementedError, TypeError, ValueError):  # a subclass without get_config, say
        pass
    lines = []
    model.summary(print_fn=lines.append)
    return events.text("model", "\n".join(f"    {line}" for line in "\n".join(lines).split("\n")))


def as_pictures(weight):
    """A weight as pictures (N, H, W, C) the way tf.keras lays them out; None if it has no such form.

    (N,): a column; (H, W): the longer side across; (H, W, N): N grey ones; (N, H, W, C) as it is, if C is 1, 3 or 4.
    """
    w = np.squeeze(weight)
    if w.ndim == 1:
        return w.reshape(1, -1, 1, 1)
    if w.ndim == 2:
        w = w.T if w.shape[0] > w.shape[1] else w
        return w[None, :, :, None]
    if w.ndim == 3:
        return w.transpose(2, 0, 1)[..., None]
    return w if w.ndim == 4 and w.shape[-1] in (1, 3, 4) else None


def _check_profile_batch(profile_batch):
    """Refuse to profile.

    Raises:
        ValueError: it is no batch nor range of batches. NotImplementedError: it is one.
    """
    given = profile_batch.split(",") if isinstance(profile_batch, str) else profile_batch
    pair = [int(k) for k in given] if isinstance(given, (list, tuple)) else [int(given)]
    pair = pair * 2 if len(pair) == 1 else pair
    if len(pair) != 2 or pair[0] < 0 or pair[1] < pair[0]:
        raise ValueError(
            "profile_batch must be a non-negative integer or 2-tuple of positive integers. A pair of positive integers "
            f"signifies a range of batches to profile. Found: {profile_batch}"
        )
    if pair != [0, 0]:
        raise NotImplementedError(
            f"TensorBoard: `profile_batch` must be 0; a step is a plan, which has no TensorFlow trace. "
            f"model.plan_summary(x, y) shows where its time goes. Received: profile_batch={profile_batch!r}."
        )
