"""What a layer adds to what is minimised and to what is shown: `losses`, `add_loss`, `add_metric`."""

from __future__ import annotations

from pyseq.core import Tensor, Variable, as_tensor
from pyseq.core.structure import flatten
from pyseq.layers.call_context import context
from pyseq.ops import elementwise

NAMELESS_METRIC = (
    "Please provide a name for your metric like `self.add_metric(tf.reduce_sum(inputs), name='mean_activation')`"
)


class Added:
    """Part of Layer.

    Losses that are tensors belong to the outermost call they were made in: the next call begins with none.
    """

    _loss_serial = 0

    def add_loss(self, losses, **kwargs):
        """Add to what is minimised: tensors made in `call`, or functions without arguments that give one.

        Args:
            inputs: accepted and not needed: a loss belongs to the call it is made in.
        Raises:
            ValueError: a tensor, outside of a call: it would be the same for all batches.
        """
        kwargs.pop("inputs", None)
        if kwargs:
            raise TypeError(f"Unknown keyword arguments: {sorted(kwargs)}")
        for loss in losses if isinstance(losses, (list, tuple)) else [losses]:
            if loss is None:
                continue
            if callable(loss) and not isinstance(loss, (Tensor, Variable)):
                self._loss_functions.append(loss)
                continue
            if not context.depth:
                raise ValueError(
                    "Expected a symbolic Tensors or a callable for the loss value. Please wrap your loss computation in a "
                    "zero argument `lambda`."
                )
            if self._loss_serial != context.serial:
                self._added_losses, self._loss_serial = [], context.serial
            self._added_losses.append(as_tensor(loss))

    def add_metric(self, value, name=None, **kwargs):
        """Show the mean of a tensor made in `call` with the metrics; or what a metric object just gave.

        Args:
            value: scalar tensor, or result of calling a metric.
            name: key in the logs; that of the metric if there is one.
            aggregation: accepted; what is shown is the mean over all batches.
        Example:
            >>> class Sparsity(Layer):
            ...     def call(self, x):
            ...         self.add_metric(ops.mean(ops.cast(x == 0, "float32")), name="zeros")
            ...         return x
        """
        from pyseq.metrics.metric import Mean, maker_of

        kwargs.pop("aggregation", None)
        if kwargs:
            raise TypeError(f"Unknown keyword arguments: {sorted(kwargs)}")
        maker = maker_of(value)
        if maker is None and not name:
            raise ValueError(NAMELESS_METRIC)
        if maker is None and not context.depth:
            raise ValueError(
                f'Layer "{self.name}": add_metric: a tensor can be added inside `call` only. Received: name={name!r}. Use a '
                "metric of your own, and its `update_state`."
            )
        known = self._added_metrics
        if maker is not None:
            if not any(maker is m for m in known) and not any(maker is m for m in self._tracked().metrics):
                self._added_metrics = [*known, maker]
            return
        if not any(m.name == name for m in known):
            known = self._added_metrics = [*known, Mean(name=name)]
        next(m for m in known if m.name == name).update_state(value)

    @property
    def losses(self):
        """Regularisation losses of the weights and what the last call added, as scalar tensors."""
        found = []
        for layer in self._flatten_layers():
            if layer._added_losses and layer._loss_serial == self._call_serial:
                found += layer._added_losses
            found += [f() for f in layer._loss_functions]
            for v in layer._own_weights()[0]:
                regularizer = getattr(v, "regularizer", None)
                if regularizer is not None:
                    found.append(regularizer(v))
        return found

    def _add_activity_loss(self, outputs):
        for y in flatten(outputs):
            loss = self.activity_regularizer(y)
            self.add_loss(elementwise.divide(loss, float(y.shape[0] if y.shape else 1)))
