"""The base of all losses: a function of labels and predictions, weights, and a reduction to one number."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.losses.masks import both_masks, mask_of, masked_weights
from pyseq.losses.shapes import equal_ranks, is_tensor, weights_like
from pyseq.ops import elementwise, reduce


class Reduction:
    """What becomes of the losses of a batch: one of `AUTO` (as `SUM_OVER_BATCH_SIZE`), `NONE`, `SUM`."""

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls):
        return (cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE)

    @classmethod
    def validate(cls, key):
        """Raises ValueError if `key` is not a reduction."""
        if key not in cls.all():
            raise ValueError(f"Loss: `reduction` must be one of {cls.all()}. Received: reduction={key!r}.")


# Keras 3 says "mean" for the same, and None for no reduction.
KERAS_3_REDUCTIONS = {None: Reduction.NONE, "mean": Reduction.SUM_OVER_BATCH_SIZE}


def reduce_weighted(losses, sample_weight=None, reduction=Reduction.SUM_OVER_BATCH_SIZE):
    """The losses of a batch, weighted and reduced.

    Args:
        losses: (N, ...), floating point.
        sample_weight: None, a number, or weights that broadcast to `losses`; one axis of one element more or less is allowed.
        reduction: see `Reduction`. "sum_over_batch_size" divides by the number of losses, whatever the weights; 0 losses give 0.
    Returns:
        A scalar tensor, or one of the shape of `losses` for "none".
    """
    losses = as_tensor(losses)
    if sample_weight is not None:
        if not is_tensor(sample_weight):
            sample_weight = as_tensor(sample_weight, like=losses)
        weights = weights_like(elementwise.cast(sample_weight, losses.dtype), losses)
        losses = elementwise.multiply(losses, weights)
    if reduction == Reduction.NONE:
        return losses
    if reduction == Reduction.SUM or losses.size == 0:
        return reduce.sum(losses)
    return reduce.mean(losses) if losses.shape else losses


class Loss:
    """A number that says how far predictions are from labels; the base class to derive from.

    Args:
        reduction: what becomes of the losses of a batch: "auto" or "sum_over_batch_size" (their mean), "sum", "none".
        name: shown in messages.

    Example:
        >>> class SquaredError(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return ops.mean((y_true - y_pred) ** 2, axis=-1)
    Source: tf.keras.losses.Loss.
    """

    def __init__(self, reduction="auto", name=None):
        reduction = KERAS_3_REDUCTIONS.get(reduction, reduction)
        Reduction.validate(reduction)
        self.reduction = reduction
        self.name = name

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The reduced loss.

        Args:
            y_true: labels, (N, ...).
            y_pred: predictions, (N, ...).
            sample_weight: None, a number, one weight for each sample (N,), or for each loss.
        What a mask (`_keras_mask` of `y_pred` or of what `call` returns) leaves out has no part in the loss, nor in the mean.
        Returns:
            A scalar tensor; the losses themselves, weighted, with reduction "none".
        """
        losses = self.call(y_true, y_pred)
        if losses is None:
            raise ValueError(
                f"Loss {self.name or type(self).__name__}: the function must return a tensor. Received: None."
            )
        mask = both_masks(mask_of(y_pred), mask_of(losses))
        if mask is not None:
            means = self.reduction in (Reduction.AUTO, Reduction.SUM_OVER_BATCH_SIZE)
            sample_weight = masked_weights(as_tensor(losses), sample_weight, mask, share=means)
        return reduce_weighted(losses, sample_weight, self.reduction)

    def call(self, y_true, y_pred):
        """The loss of each sample: for labels (N, ..., C), a tensor of shape (N, ...)."""
        raise NotImplementedError(f"{type(self).__name__}: `call(y_true, y_pred)` must be defined by the subclass.")

    def get_config(self):
        """Arguments that make an equal loss."""
        return {"reduction": self.reduction, "name": self.name}

    @classmethod
    def from_config(cls, config):
        """The loss of a `get_config` dict. ("fn", which files of tf.keras name, says what the class says.)"""
        return cls(**{k: v for k, v in config.items() if k != "fn" or cls is LossFunctionWrapper})


class LossFunctionWrapper(Loss):
    """A loss made of a function `fn(y_true, y_pred, **kwargs)`.

    Args:
        fn: gives the loss of each sample.
        reduction, name: see `Loss`.
        kwargs: arguments for `fn`; they are the loss's configuration.
    """

    def __init__(self, fn, reduction="auto", name=None, **kwargs):
        super().__init__(reduction=reduction, name=name)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true, y_pred):
        if is_tensor(y_true) and is_tensor(y_pred):
            y_true, y_pred = equal_ranks(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self):
        config = {**super().get_config(), **self._fn_kwargs}
        return {**config, "fn": self.fn} if type(self) is LossFunctionWrapper else config
