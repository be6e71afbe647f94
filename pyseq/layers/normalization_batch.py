"""Batch normalisation."""

from __future__ import annotations

import warnings

from pyseq import initializers
from pyseq.core import as_tensor, float16, float32
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.normalization_axes import given_axes, validated_axes
from pyseq.layers.normalization_parts import ScaledAndShifted
from pyseq.ops import elementwise, norm, shape

LEAST_EPSILON = 1.001e-5  # of cuDNN; tf.nn.fused_batch_norm keeps to it on every device


class BatchNormalization(ScaledAndShifted):
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta`, each channel by its mean and variance in the batch.

    Training takes the batch's moments and moves the averages toward them, `moving -= (moving - batch) * (1 - momentum)`;
    inference takes the averages. A layer with `trainable = False` is in inference mode, whatever `training` says. Where tf.keras
    uses its fused operation (four or five axes, channels on axis 1 or last), the moving variance takes the unbiased variance.

    Args:
        axis: of the channels, an integer or several.
        momentum: of the moving averages. epsilon: added to the variance.
        center, scale: is there a beta, a gamma?
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: name, object, function.
        beta_regularizer, gamma_regularizer: penalty on the weights. beta_constraint, gamma_constraint: applied after updates.
        synchronized: moments over all replicas of a distributed step.
        fused: None; True demands what tf.keras's fused operation can do; False takes the biased variance always.
    Call arguments:
        training: by default, as the model is called.
        mask: (N, ...), one axis fewer than the input: what the moments are taken over.
    Input shape, output shape:
        Any with a batch axis; the same.
    Source: Ioffe and Szegedy, 2015.
    """

    def __init__(
        self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros",
        gamma_initializer="ones", moving_mean_initializer="zeros", moving_variance_initializer="ones", beta_regularizer=None,
        gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, synchronized=False, **kwargs,
    ):  # fmt: skip
        fused = kwargs.pop("fused", None)
        _refuse(kwargs)
        super().__init__(**kwargs)
        self.axis = given_axes(axis)
        if synchronized and fused:
            raise ValueError("`fused=True` is not supported when `synchronized=True`.")
        self.synchronized = synchronized
        self.momentum = momentum
        self._keep_parts(
            epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint,
            gamma_constraint,
        )  # fmt: skip
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = False
        self.virtual_batch_size = self.adjustment = None
        self.fused = self._fused_or_why_not(fused)
        self.moving_mean = self.moving_variance = None

    def _fused_or_why_not(self, fused):
        """fused, or False where None cannot become True.

        Raises:
            ValueError: True where it is not possible.
        """
        if self.synchronized:
            return False
        axes = [self.axis] if isinstance(self.axis, int) else self.axis
        why = None
        if len(axes) > 1 or axes[0] not in (-4, -3, -1, 1, 3, 4):
            why = (
                "Passing `fused=True` is only supported when axis is 1 or 3 for input rank = 4 or 1 or 4 for input rank = 5. "
                f"Got axis {axes}"
            )
        elif self._dtype.name not in ("float16", "float32"):
            why = (
                "Passing `fused=True` is only supported when the compute dtype is float16, bfloat16, or float32. "
                f"Got dtype: {self._dtype.name}"
            )
        if fused and why:
            raise ValueError(why)
        return False if why and fused is None else fused

    @property
    def _param_dtype(self):
        return float32 if self._dtype is float16 else self._dtype

    def build(self, input_shape):
        rank = len(input_shape)
        self.axis = validated_axes(self.axis, input_shape)
        self.fused = self._fused_for(rank, input_shape)
        extents = {k: input_shape[k] for k in self.axis}
        if any(extent is None for extent in extents.values()):
            raise ValueError(
                f"Input has undefined `axis` dimension. Received input with shape {tuple(input_shape)} "
                f"and axis={tuple(self.axis)}"
            )
        self.input_spec = InputSpec(ndim=rank, axes=extents)
        size = tuple(extents.values()) if len(extents) == 1 else tuple(extents.get(k, 1) for k in range(rank))
        dtype = self._param_dtype.name
        self._add_parts(size, dtype)
        self.moving_mean = self.add_weight("moving_mean", size, dtype, self.moving_mean_initializer, trainable=False)
        self.moving_variance = self.add_weight(
            "moving_variance", size, dtype, self.moving_variance_initializer, trainable=False
        )
        super().build(input_shape)

    def _fused_for(self, rank, input_shape):
        """Does tf.keras use its fused operation for inputs of so many axes?"""
        if self.fused and rank not in (4, 5):
            raise ValueError(
                "Batch normalization layers with `fused=True` only support 4D or 5D input tensors. "
                f"Received tensor with shape: {tuple(input_shape)}"
            )
        if self.fused is False or rank not in (4, 5):
            return False
        if self.axis in ([1], [rank - 1]):
            return True
        if rank == 5:
            return False
        raise ValueError(
            "Unsupported axis. The use of `fused=True` is only possible with `axis=1` or `axis=3` for 4D input tensors. "
            f"Received: axis={tuple(self.axis)}"
        )

    def call(self, inputs, training=None, mask=None):
        inputs = elementwise.cast(inputs, self._dtype)
        axis = sorted(self.axis)
        epsilon = max(self.epsilon, LEAST_EPSILON) if self.fused else self.epsilon
        if not training or not self._trainable:
            mean, variance = self.moving_mean, self.moving_variance
            return norm.batch_norm_inference(inputs, mean, variance, self.gamma, self.beta, axis, epsilon)
        moving = (self.moving_mean, self.moving_variance)
        if mask is not None and self.fused:
            warnings.warn(
                f'Layer "{self.name}": masks are not supported with `fused=True`; the mask is ignored, as in tf.keras. '
                "Use BatchNormalization(fused=False) for moments under the mask.",
                stacklevel=2,
            )
        elif mask is not None:
            weights = shape.expand_dims(elementwise.cast(as_tensor(mask), self._dtype), -1)
            return norm.batch_norm_weighted(
                inputs, weights, self.gamma, self.beta, moving, axis, epsilon, self.momentum
            )
        return norm.batch_norm(inputs, self.gamma, self.beta, moving, axis, epsilon, self.momentum, self.fused)

    def get_config(self):
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
        }


class SyncBatchNormalization(BatchNormalization):
    """BatchNormalization(synchronized=True) by its older name, `tf.keras.layers.experimental.SyncBatchNormalization`."""

    _keras_module = "keras.layers.experimental"

    def __init__(
        self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros",
        gamma_initializer="ones", moving_mean_initializer="zeros", moving_variance_initializer="ones", beta_regularizer=None,
        gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(
            axis, momentum, epsilon, center, scale, beta_initializer, gamma_initializer, moving_mean_initializer,
            moving_variance_initializer, beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint,
            synchronized=True, **kwargs,
        )  # fmt: skip


def _refuse(kwargs):
    """Take the arguments of tf.keras that are not there: not asked for they do no harm."""
    renorm = kwargs.pop("renorm", False)
    kwargs.pop("renorm_momentum", None), kwargs.pop("renorm_clipping", None)
    asked = {"renorm": renorm, **{k: kwargs.pop(k, None) for k in ("virtual_batch_size", "adjustment")}}
    for name, value in asked.items():
        if value:
            raise NotImplementedError(
                f"BatchNormalization: `{name}` is not supported. Received: {name}={value}. "
                "Leave it out; GroupNormalization does without the batch's moments, too."
            )
