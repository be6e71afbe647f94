"""What `compile` was given, as objects: the losses and the metrics of each output."""

from __future__ import annotations

import numpy as np

from pyseq import losses as losses_module
from pyseq import metrics as metrics_module
from pyseq.core import Tensor, Variable, as_tensor
from pyseq.core.structure import flatten
from pyseq.losses.masks import mask_of, masked_weights
from pyseq.losses.shapes import match_batch
from pyseq.models.outputs import Conform, pseudo_names
from pyseq.ops import elementwise


class OfOutputs:
    """Something that each output has one of, under the output's name.

    Args:
        output_names: of the model, in the order of its outputs; if it has none, they come from what it gives.
    """

    def __init__(self, output_names=None):
        self.output_names = list(output_names) if output_names else None

    def named(self, outputs):
        """The names of the outputs."""
        if self.output_names is None or len(self.output_names) != len(flatten(outputs)):
            self.output_names = pseudo_names(outputs)
        return self.output_names

    def data_of(self, outputs, y, sample_weight):
        """(labels, predictions, weights) of each output, for a batch as `fit` hands it over."""
        names = self.named(outputs)
        labels = Conform(outputs, names, "y", "fit").one_each(y)
        weights = Conform(outputs, names, "sample_weight", "fit").one_each(sample_weight)
        return zip(labels, flatten(outputs), weights, strict=True)


class CompiledLoss(OfOutputs):
    """The weighted sum of the losses of all outputs, and its running means.

    Args:
        loss: name, object or function; a list or dict of them by output, or a structure as that of the outputs.
        loss_weights: number or Variable; or as `loss`.
        output_names: names of the outputs.
    """

    def __init__(self, loss, loss_weights=None, output_names=None):
        super().__init__(output_names)
        self.given = loss
        self.given_weights = loss_weights
        self.total = metrics_module.Mean(name="loss")
        self.losses = None
        self.per_output = []
        for entry in flatten(loss):
            if isinstance(entry, str):
                losses_module.registry.find(entry)  # an unknown name is an error now, not at the first batch
            elif not callable(entry):
                losses_module.get(entry)

    def build(self, outputs):
        names = self.named(outputs)
        losses = [_as_loss(entry) for entry in Conform(outputs, names, "loss").one_each(self.given)]
        self.weights = [_as_weight(w) for w in Conform(outputs, names, "loss_weights").one_each(self.given_weights)]
        self.per_output = [None] * len(names)
        if len(names) > 1:
            self.per_output = [
                metrics_module.Mean(name=f"{name}_loss") if loss is not None else None
                for name, loss in zip(names, losses, strict=True)
            ]
        self.losses = losses  # last: what failed is tried again

    @property
    def metrics(self):
        """The running means; none before the first batch."""
        return [] if self.losses is None else [self.total, *(m for m in self.per_output if m is not None)]

    def __call__(self, y_true, y_pred, sample_weight=None, regularization_losses=()):
        """Total loss, a scalar tensor; the running means are updated."""
        if self.losses is None:
            self.build(y_pred)
        if y_true is None and any(self.losses):
            raise ValueError("Target data is missing. Your model was compiled with a loss and therefore expects `y`.")
        total = batch = None
        for k, (y, p, w) in enumerate(self.data_of(y_pred, y_true, sample_weight)):
            if self.losses[k] is None or y is None:
                continue
            y, p, w = match_batch(y, p, w)
            value = self._loss_of(k, y, p, masked_weights(p, w, mask_of(p)))
            batch = float(y.shape[0]) if batch is None and y.shape else batch
            if self.per_output[k] is not None:
                self.per_output[k].update_state(value, sample_weight=batch)
            if self.weights[k] is not None:
                value = elementwise.multiply(value, self.weights[k])
            total = _plus(total, value)
        for value in regularization_losses:
            total = _plus(total, value)
        if total is None:
            return as_tensor(0.0)
        self.total.update_state(total, sample_weight=batch)
        return total

    def _loss_of(self, k, y, p, w):
        try:
            return self.losses[k](y, p, sample_weight=w)
        except ValueError as error:
            if len(y.shape) != len(p.shape) or y.shape == p.shape or y.shape[-1] == 1:
                raise
            raise ValueError(
                f'The loss of "{self.output_names[k]}" must get labels that go with the predictions. '
                f"Received: y of shape {y.shape}, predictions of shape {p.shape}. {error}"
            ) from error


def _plus(total, value):
    return value if total is None else elementwise.add(total, elementwise.cast(value, total.dtype))


def _as_weight(entry):
    """The factor of an output's loss: a number, or a variable that may change while training; None for 1."""
    if entry is None or isinstance(entry, Variable):
        return entry
    if isinstance(entry, (Tensor, np.ndarray)) and entry.size == 1:  # of a file: what a variable was
        entry = entry.item()
    if not isinstance(entry, (int, float, np.number)):
        raise ValueError(f"compile: `loss_weights` must be numbers, one for each output. Received: {entry!r}.")
    return None if entry == 1 else float(entry)


def _as_loss(entry):
    """A Loss object of a name, an object, or a function of (y_true, y_pred)."""
    if entry is None:
        return None
    loss = losses_module.get(entry)
    if isinstance(loss, losses_module.Loss):
        return loss
    return losses_module.LossFunctionWrapper(loss, name=metrics_module.name_of(loss))


class CompiledMetrics(OfOutputs):
    """The metrics of all outputs; names such as "accuracy" are resolved when the first batch shows the shapes.

    Args:
        metrics, weighted_metrics: names, objects, functions; lists of them, or lists or dicts of lists by output.
        output_names: names of the outputs.
    """

    def __init__(self, metrics=None, weighted_metrics=None, output_names=None):
        super().__init__(output_names)
        self.given = metrics
        self.given_weighted = weighted_metrics
        self.plain = None
        self.weighted = None
        objects = []
        for entry in [*flatten(metrics), *flatten(weighted_metrics)]:
            if isinstance(entry, str) and entry.lower() not in metrics_module.BY_SHAPE:
                metrics_module.registry.find(entry)
            if isinstance(entry, metrics_module.Metric):
                if any(entry is other for other in objects):
                    raise ValueError(
                        "compile: `metrics` and `weighted_metrics` must not hold one metric object twice: it would count every "
                        f"batch twice. Received: {entry!r} twice."
                    )
                objects.append(entry)

    @property
    def metrics(self):
        if self.plain is None:
            return []
        return [m for plain, weighted in zip(self.plain, self.weighted, strict=True) for m in (*plain, *weighted)]

    def build(self, outputs, targets):
        names = self.named(outputs)

        def made(given, what):
            groups = Conform(outputs, names, what).groups(given, _another)
            return [
                [metrics_module.resolve(entry, y, p) for entry in group if entry is not None and y is not None]
                for group, y, p in zip(groups, targets, flatten(outputs), strict=True)
            ]

        plain, weighted = made(self.given, "metrics"), made(self.given_weighted, "weighted_metrics")
        taken = set()
        for name, *groups in zip(names, plain, weighted, strict=True):
            prefix = f"{name}_" if len(names) > 1 else ""
            for again, group in zip(("", "weighted_"), groups, strict=True):
                for m in group:
                    _give_name(m, prefix, again, taken)
        self.plain, self.weighted = plain, weighted

    def update_state(self, y_true, y_pred, sample_weight=None):
        if self.given is None and self.given_weighted is None:
            return
        batch = list(self.data_of(y_pred, y_true, sample_weight))
        if self.plain is None:
            self.build(y_pred, [y for y, _, _ in batch])
        for (y, p, w), plain, weighted in zip(batch, self.plain, self.weighted, strict=True):
            if y is None or not (plain or weighted):
                continue
            y, p, w = match_batch(y, p, w)
            mask = mask_of(p)
            w = masked_weights(p, w, mask)
            counting = {} if mask is None else {"sample_weight": mask}
            for m in plain:
                m.update_state(y, p, **counting)
            for m in weighted:
                m.update_state(y, p, sample_weight=w)


def _another(metric):
    """A metric of the same kind for another output; names and functions can be used again."""
    return type(metric).from_config(metric.get_config()) if isinstance(metric, metrics_module.Metric) else metric


def _give_name(metric, prefix, again, taken):
    """Put the output's name before the metric's, and `again` between them if there is one of that name already."""
    own = metric._own_name = metric._own_name or metric.name  # a second `compile` begins with that
    name = prefix + own
    if name in taken and again:
        name = prefix + again + own
    if name in taken:
        raise ValueError(
            f"compile: metrics must have different names. Received: two metrics named {name!r}. "
            "Give one another name, e.g. keras.metrics.MeanSquaredError(name='mse_2')."
        )
    metric._name = name
    taken.add(name)
