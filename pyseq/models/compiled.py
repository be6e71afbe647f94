"""What `compile` was given, as objects: the losses and the metrics of each output."""

from __future__ import annotations

from pyseq import losses as losses_module
from pyseq import metrics as metrics_module
from pyseq.core import as_tensor
from pyseq.core.structure import flatten
from pyseq.losses.masks import mask_of, masked_weights
from pyseq.losses.shapes import match_batch
from pyseq.ops import elementwise


def per_output(given, names: list[str], what: str) -> list:
    """One entry for each output, of a single thing, a list or a dict by output name."""
    if isinstance(given, dict):
        unknown = set(given) - set(names)
        if unknown:
            raise ValueError(f"compile: `{what}` must name outputs of the model: {names}. Received: {sorted(unknown)}.")
        return [given.get(name) for name in names]
    if isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise ValueError(
                f"compile: `{what}` must have one entry for each of the {len(names)} outputs {names}. "
                f"Received: {len(given)} entries."
            )
        return list(given)
    return [given] * len(names)


class CompiledLoss:
    """The weighted sum of the losses of all outputs, and its running means.

    Args:
        loss: name, object or function; a list or dict of them by output.
        loss_weights: number, list or dict.
        output_names: names of the outputs.
    """

    def __init__(self, loss, loss_weights=None, output_names=("output_1",)):
        self.given = loss
        self.given_weights = loss_weights
        self.output_names = list(output_names)
        self.total = metrics_module.Mean(name="loss")
        self.losses = None
        self.per_output = []
        for entry in flatten(loss):
            if isinstance(entry, str):
                losses_module.get(entry)  # an unknown name is an error now, not at the first batch

    def build(self, n_outputs: int):
        names = self.output_names
        if len(names) != n_outputs:
            names = self.output_names = [f"output_{k + 1}" for k in range(n_outputs)]
        self.losses = [_as_loss(entry) for entry in per_output(self.given, names, "loss")]
        self.weights = [1.0 if w is None else float(w) for w in per_output(self.given_weights, names, "loss_weights")]
        if n_outputs > 1:
            self.per_output = [metrics_module.Mean(name=f"{name}_loss") for name in names]

    @property
    def metrics(self):
        """The running means; none before the first batch."""
        return [] if self.losses is None else [self.total, *self.per_output]

    def __call__(self, y_true, y_pred, sample_weight=None, regularization_losses=()):
        """Total loss, a scalar tensor; the running means are updated."""
        targets, outputs = flatten(y_true), flatten(y_pred)
        if self.losses is None:
            self.build(len(outputs))
        if y_true is None and any(self.losses):
            raise ValueError("Target data is missing. Your model was compiled with a loss and therefore expects `y`.")
        targets = targets * len(outputs) if y_true is None else targets
        if len(targets) != len(outputs):
            raise ValueError(
                f"The model has {len(outputs)} outputs, but `y` has {len(targets)} arrays. Give one array for each output."
            )
        weights = flatten(sample_weight) if sample_weight is not None else [None] * len(outputs)
        weights = weights * len(outputs) if len(weights) == 1 else weights
        batch = float(outputs[0].shape[0])
        total = None
        for k, (y, p, w) in enumerate(zip(targets, outputs, weights, strict=True)):
            if self.losses[k] is None:
                continue
            y, p, w = match_batch(y, p, w)
            value = self.losses[k](y, p, sample_weight=masked_weights(p, w, mask_of(p)))
            if self.per_output:
                self.per_output[k].update_state(value, sample_weight=batch)
            if self.weights[k] != 1.0:
                value = elementwise.multiply(value, self.weights[k])
            total = value if total is None else elementwise.add(total, value)
        for value in regularization_losses:
            total = value if total is None else elementwise.add(total, elementwise.cast(value, total.dtype))
        if total is None:
            total = as_tensor(0.0)
        self.total.update_state(total, sample_weight=batch)
        return total


def _as_loss(entry):
    """A Loss object of a name, an object, or a function of (y_true, y_pred)."""
    if entry is None:
        return None
    loss = losses_module.get(entry)
    if isinstance(loss, losses_module.Loss):
        return loss
    return losses_module.LossFunctionWrapper(loss, name=getattr(loss, "__name__", None))


class CompiledMetrics:
    """The metrics of all outputs; names such as "accuracy" are resolved when the first batch shows the shapes.

    Args:
        metrics, weighted_metrics: names, objects, functions; lists of them, or lists or dicts of lists by output.
        output_names: names of the outputs.
    """

    def __init__(self, metrics=None, weighted_metrics=None, output_names=("output_1",)):
        self.given = metrics
        self.given_weighted = weighted_metrics
        self.output_names = list(output_names)
        self.plain = None
        self.weighted = None
        for entry in [*flatten(metrics), *flatten(weighted_metrics)]:
            if isinstance(entry, str) and entry not in ("accuracy", "acc", "crossentropy", "ce"):
                metrics_module.get(entry)

    @property
    def metrics(self):
        if self.plain is None:
            return []
        return [m for group in (*self.plain, *self.weighted) for m in group]

    def build(self, targets, outputs):
        names = self.output_names
        if len(names) != len(outputs):
            names = self.output_names = [f"output_{k + 1}" for k in range(len(outputs))]
        taken = set()
        self.plain = self._groups(self.given, names, targets, outputs, taken)
        self.weighted = self._groups(self.given_weighted, names, targets, outputs, taken, "weighted_")

    def _groups(self, given, names, targets, outputs, taken, prefix=""):
        groups = _groups_by_output(given, names)
        made = []
        for k, group in enumerate(groups):
            metrics = [_as_metric(entry, targets[k], outputs[k]) for entry in group if entry is not None]
            if len(names) > 1:
                for m in metrics:
                    m._name = f"{names[k]}_{m.name}"
            for m in metrics:
                _check_unique(m, taken, prefix)
            made.append(metrics)
        return made

    def update_state(self, y_true, y_pred, sample_weight=None):
        if self.given is None and self.given_weighted is None:
            return
        targets, outputs = flatten(y_true), flatten(y_pred)
        if self.plain is None:
            self.build(targets, outputs)
        weights = flatten(sample_weight) if sample_weight is not None else [None] * len(outputs)
        weights = weights * len(outputs) if len(weights) == 1 else weights
        for k, (y, p) in enumerate(zip(targets, outputs, strict=True)):
            if y is None:
                continue
            y, p, w = match_batch(y, p, weights[k])
            mask = mask_of(p)
            w = masked_weights(p, w, mask)
            counting = {} if mask is None else {"sample_weight": mask}
            for m in self.plain[k]:
                m.update_state(y, p, **counting)
            for m in self.weighted[k]:
                m.update_state(y, p, sample_weight=w)


def _groups_by_output(given, names):
    """A list of metrics for each output."""
    if given is None:
        return [[] for _ in names]
    if isinstance(given, dict):
        return [_as_list(entry) for entry in per_output(given, names, "metrics")]
    given = _as_list(given)
    if len(names) == 1:
        return [flatten(given)]
    if any(isinstance(entry, (list, tuple)) for entry in given):
        return [_as_list(entry) for entry in per_output(given, names, "metrics")]
    return [list(given) for _ in names]


def _as_list(x):
    return [] if x is None else list(x) if isinstance(x, (list, tuple)) else [x]


def _as_metric(entry, y_true, y_pred):
    """A Metric object of a name, an object, or a function of (y_true, y_pred); "accuracy" by the shapes."""
    return metrics_module.resolve(entry, y_true, y_pred)


def _check_unique(metric, taken, prefix):
    """Take the metric's name into `taken`, with `prefix` if it is there already; a second one is an error, as in tf.keras."""
    if metric.name in taken and prefix:
        metric._name = prefix + metric.name
    if metric.name in taken:
        raise ValueError(
            f"compile: metrics must have different names. Received: two metrics named {metric.name!r}. "
            "Give one another name, e.g. keras.metrics.MeanSquaredError(name='mse_2')."
        )
    taken.add(metric.name)
