"""Model: a layer made of layers that can be compiled, trained, evaluated and asked for predictions."""

from __future__ import annotations

import inspect

import numpy as np

from pyseq import optimizers
from pyseq.core import GradientTape, Tensor, Variable, active_trace, recording
from pyseq.core.structure import is_shape
from pyseq.data.arrays import checked_count
from pyseq.layers.base import NO_INPUTS, Layer, _FromInit
from pyseq.layers.call_context import context
from pyseq.layers.shape_inference import infer_shapes
from pyseq.layers.weights import unique
from pyseq.models.compiled import CompiledLoss, CompiledMetrics
from pyseq.models.files import Files
from pyseq.models.steps import Plans
from pyseq.models.training import Training

NOT_TRAINING = {"training": False}
NOT_BUILT = (
    "This model has not yet been built. Build the model first by calling `build()` or by calling the model "
    "on a batch of data."
)
NO_SUPER = "It looks like you are subclassing `Model` and you forgot to call `super().__init__()`. Always start with this line."
NO_WEIGHTS = (
    "Weights for model '{}' have not yet been created. Weights are created when the model is first called on inputs or "
    "`build()` is called with an `input_shape`."
)


class Model(Training, Files, Layer):
    """Layers put together, by a `call` method or as a graph.

    `Model(inputs, outputs)` with symbolic tensors makes a `Functional`. Or subclass it, make the layers in `__init__` and use
    them in `call(self, inputs, training=None)`.
    """

    run_eagerly = _FromInit(NO_SUPER)

    def __setattr__(self, name, value):
        if not self._is_initialized and _is_made_of_layers(value):
            raise RuntimeError(NO_SUPER)
        super().__setattr__(name, value)

    def __new__(cls, *args, **kwargs):
        if cls is Model and (args or "inputs" in kwargs or "outputs" in kwargs):
            from pyseq.models.functional import Functional

            cls = Functional
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args, **kwargs):
        if args or "inputs" in kwargs or "outputs" in kwargs:
            from pyseq.models.functional import Functional, made_functional

            made_functional(type(self))
            Functional.__init__(self, *args, **kwargs)
            return
        super().__init__(**kwargs)
        self._init_training()

    def __call__(self, inputs=NO_INPUTS, *args, **kwargs):
        if not args and (not kwargs or kwargs == NOT_TRAINING) and isinstance(inputs, (np.ndarray, Tensor)):
            if active_trace() is None and not recording() and not context.depth and not self._runs_eagerly():
                y = self._plans.call(self, inputs, kwargs.get("training"))
                if y is not None:
                    return y
        return super().__call__(inputs, *args, **kwargs)

    _counts_metrics = True
    inputs = outputs = input_names = output_names = None  # known of models that are made of inputs and outputs

    def call(self, inputs, training=None, mask=None):
        """Compute the outputs from the inputs."""
        raise NotImplementedError(
            f'Model "{self.name}": unimplemented `call()`: if you intend to create a `Model` with the Functional API, please '
            f"provide `inputs` and `outputs` arguments. Otherwise, {type(self).__name__} must define `call(self, inputs)`."
        )

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A fresh model of the configuration that `get_config` gave; `custom_objects`: {name: class or function} it may name."""
        if "input_layers" in config and "output_layers" in config:
            from pyseq.models.functional import Functional, revived

            return revived(Functional if cls is Model else cls, config, custom_objects)
        return super().from_config(config, custom_objects)

    # ------------------------------------------------------------------------------------------ structure

    @property
    def layers(self):
        """The layers directly inside the model."""
        return list(self._sublayers())

    def get_layer(self, name=None, index=None):
        """A layer by its name or its position.

        Raises:
            ValueError: there is none, or neither or both arguments are given.
        """
        if (name is None) == (index is None):
            if name is None:
                raise ValueError("Provide either a layer name or layer index at `get_layer`.")
            raise ValueError(f"Provide only a layer name or a layer index. Received: index={index}, name={name}.")
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has {len(layers)} layers."
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name}. Existing layers are: {[layer.name for layer in layers]}.")

    @property
    def weights(self):
        """All variables, layer by layer; last the model's own."""
        own = self._own_weights()
        return unique([v for part in self._parts() for v in part.variables] + own[0] + own[1])

    @property
    def trainable_weights(self):
        """Variables that training changes, layer by layer; last the model's own."""
        if not self._trainable:
            return []
        return unique([v for part in self._parts() for v in part.trainable_variables] + self._own_weights()[0])

    @property
    def non_trainable_weights(self):
        """The other variables, layer by layer; last the model's own."""
        parts, (trainable, fixed) = self._parts(), self._own_weights()
        inner = [v for part in parts for v in part.non_trainable_variables]
        if not self._trainable:
            inner = [v for part in parts for v in part.trainable_variables] + trainable + inner
        return unique(inner + fixed)

    def get_weights(self):
        """The values of `weights` as a list of NumPy arrays."""
        return super().get_weights()

    def set_weights(self, weights):
        """Set the values of `weights`, in their order."""
        if not self.built:
            raise ValueError(NO_WEIGHTS.format(self.name))
        super().set_weights(weights)

    def build(self, input_shape):
        """Make the weights by running `call` on shapes.

        Args:
            input_shape: tuple with the batch axis first, or a list or dict of them for a `call` that takes such inputs.
        Raises:
            ValueError: no shape; or `call` needs arguments beside its inputs: call the model on data then.
        """
        if self.built:
            return
        if input_shape is None:
            raise ValueError("Input shape must be defined when calling `build()` on a `Model` subclass.")
        if not isinstance(input_shape, (tuple, list, dict)) and not is_shape(input_shape):
            raise ValueError(
                "Specified input shape is not one of the valid types. Please specify a batch input shape of type tuple or list "
                f"of input shapes. User provided input type: {type(input_shape)}."
            )
        shape = tuple(input_shape) if is_shape(input_shape) else input_shape
        if type(self).call is not Model.call:
            needed = _arguments_beside_inputs(type(self).call)
            if needed:
                raise ValueError(
                    "Currently, you cannot build your model if it has positional or keyword arguments that are not inputs to "
                    f"the model, but are required for its `call()` method: {needed}. Instead, in order to instantiate and "
                    "build your model, `call()` your model on real tensor data with all expected call arguments."
                )
            outer = context.state()
            try:
                context.enter(None)
                infer_shapes(lambda x: self.call(x), shape, self._dtype)
            finally:
                context.leave(*outer)
        self._build_input_shape = shape
        self.built = True

    def _build_once(self, input_shape):
        # The layers inside are built by the call that is running; there is nothing to make for the model itself.
        if type(self).build is not Model.build:
            self.build(input_shape)
        self._build_input_shape = input_shape
        self.built = True

    def compute_output_shape(self, input_shape):
        shape = tuple(input_shape) if is_shape(input_shape) else input_shape
        return infer_shapes(lambda x: self(x, training=False), shape, self._dtype)

    def summary(
        self,
        line_length=None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
    ):
        """Print a table of the layers: name, class, output shape, parameters.

        Its layout is that of TensorFlow 2.0 to 2.4, or that of 2.15 after `config.set_summary_layout("2.15")`.

        Args:
            line_length: columns; 65 by default.
            positions: where the table's columns end, as fractions of the line or in characters.
            print_fn: called with each line; `print` by default.
            expand_nested: show the layers of models inside the model?
            show_trainable: show whether each layer is trained?
            layer_range: [first, last] names of layers to show.
        Raises:
            ValueError: the model has no weights yet.
        """
        from pyseq.utils.summary import print_summary

        if not self.built:
            raise ValueError(NOT_BUILT)
        print_summary(
            self, line_length=line_length, positions=positions, print_fn=print_fn, expand_nested=expand_nested,
            show_trainable=show_trainable, layer_range=layer_range,
        )  # fmt: skip

    def _repr_html_(self):
        from pyseq.models.summary_html import table

        return table(self)

    def plan_summary(self, x, y=None, sample_weight=None, batch_size=None, kind="train", print_fn=print):
        """Print the instructions of a step as a table: op, shapes, FLOPs, bytes, time, share of peak.

        Arguments as of `pyseq.utils.profile`; the model is left as it was.
        """
        from pyseq.utils.profiling import profile

        profile(self, x, y, sample_weight, batch_size, kind, print_fn=print_fn)

    # ------------------------------------------------------------------------------------------ compile

    def compile(
        self, optimizer="rmsprop", loss=None, metrics=None, loss_weights=None, weighted_metrics=None, run_eagerly=None,
        steps_per_execution=None, jit_compile=None, pss_evaluation_shards=0, **kwargs,
    ):  # fmt: skip
        """Say how the model is trained. Which layers are trainable now is what `fit` goes by, until the next `compile`.

        Args:
            optimizer: name or object.
            loss: name, object, or function of (y_true, y_pred); list or dict of them by output.
            metrics: list of names, objects or functions; unweighted. weighted_metrics: the same, weighted by sample.
            loss_weights: number for each output.
            run_eagerly: step through Python code; the numbers are the same.
            steps_per_execution: batches that the batch hooks of callbacks see as one.
            jit_compile: accepted; results do not depend on it.
            pss_evaluation_shards: of TensorFlow's parameter servers; must be 0.
        Raises:
            ValueError: unknown names (with the closest known ones). TypeError: unknown arguments.
        """
        ignored = {"distribute", "target_tensors", "sample_weight_mode", "from_serialized"}
        wrong = {k for k, v in kwargs.items() if k not in ignored or v not in (None, False)}
        if wrong:
            raise TypeError(f"Invalid keyword argument(s) in `compile()`: {sorted(wrong)}.")
        if pss_evaluation_shards:
            raise ValueError("compile: `pss_evaluation_shards` must be 0; there are no parameter servers here.")
        self.optimizer = optimizers.get(optimizer)
        names = getattr(self, "output_names", None)
        self._compiled = {
            "loss": CompiledLoss(loss, loss_weights, names),
            "metrics": CompiledMetrics(metrics, weighted_metrics, names),
            "trainable": [(layer, layer._trainable) for layer in self._flatten_layers()],
            "arguments": {
                "loss": loss,
                "metrics": metrics,
                "loss_weights": loss_weights,
                "weighted_metrics": weighted_metrics,
                "run_eagerly": run_eagerly,
                "steps_per_execution": steps_per_execution,
                "jit_compile": jit_compile,
            },
        }
        self.loss = loss
        self._plans = Plans()
        self._forget_functions()
        self.run_eagerly = bool(run_eagerly)
        self.steps_per_execution = checked_count("steps_per_execution", steps_per_execution, 1)
        self.jit_compile = jit_compile
        self.stop_training = False

    @property
    def compiled_loss(self):
        """The losses of all outputs, as one function; None before `compile`."""
        return self._compiled["loss"] if self._compiled else None

    @property
    def compiled_metrics(self):
        """The metrics of all outputs; None before `compile`."""
        return self._compiled["metrics"] if self._compiled else None

    @property
    def metrics(self):
        """The running loss, the compiled metrics, and metrics assigned to attributes."""
        found = []
        if self._compiled:
            found = self.compiled_loss.metrics + self.compiled_metrics.metrics
        return found + [m for m in super().metrics if not any(m is k for k in found)]

    @property
    def metrics_names(self):
        """Names of `metrics`; empty before the first batch."""
        return [m.name for m in self.metrics]

    def reset_metrics(self):
        """Set all running means to nothing."""
        for m in self.metrics:
            m.reset_state()

    def reset_states(self):
        """Set the states of layers that keep one from batch to batch (`stateful`) to nothing."""
        for layer in self._flatten_layers():
            if layer is not self and getattr(layer, "stateful", False) and hasattr(layer, "reset_states"):
                layer.reset_states()

    # ------------------------------------------------------------------------------------------ one step

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
        """Total loss of a batch, regularisation included: a scalar tensor."""
        del x
        return self.compiled_loss(y, y_pred, sample_weight, regularization_losses=self.losses)

    def compute_metrics(self, x, y, y_pred, sample_weight):
        """Update the metrics with a batch; returns {name: value so far}."""
        del x
        if y is not None:
            self.compiled_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self):
        """{name: value so far} of all metrics."""
        results = {}
        for m in self.metrics:
            value = m.result()
            results.update(value) if isinstance(value, dict) else results.__setitem__(m.name, value)
        return results

    def train_step(self, data):
        """One step of training on a batch (x, y, sample_weight); returns {name: value so far}."""
        x, y, sample_weight = unpack(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, sample_weight)
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data):
        """Loss and metrics of a batch (x, y, sample_weight); returns {name: value so far}."""
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=False)
        self.compute_loss(x, y, y_pred, sample_weight)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data):
        """Outputs for a batch."""
        return self(unpack(data)[0], training=False)

    # ------------------------------------------------------------------------------------------ the rest

    def predict_classes(self, x, batch_size=32, verbose=0):
        """Index of the most probable class of each sample; 0 or 1 by a threshold of 0.5 if there is one output unit.

        Returns:
            int64 (N,) or int32 (N, 1), as tf.keras 2.4.
        """
        probabilities = self.predict(x, batch_size=batch_size, verbose=verbose)
        if probabilities.shape[-1] > 1:
            return np.argmax(probabilities, axis=-1)
        return (probabilities > 0.5).astype("int32")

    def predict_proba(self, x, batch_size=32, verbose=0):
        """The same as `predict`."""
        return self.predict(x, batch_size=batch_size, verbose=verbose)


def _is_made_of_layers(x):
    """Is it a layer or a variable, or a list, tuple or dict of nothing else?"""
    if isinstance(x, (list, tuple)):
        return all(map(_is_made_of_layers, x))
    if isinstance(x, dict):
        return all(map(_is_made_of_layers, x.values()))
    return isinstance(x, Layer | Variable)


def _arguments_beside_inputs(call):
    """Names of the arguments that `call` must be given beside the first."""
    parameters = list(inspect.signature(call).parameters.values())[2:]
    return [
        p.name
        for p in parameters
        if p.default is p.empty
        and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        and p.name not in ("training", "mask")
    ]


def unpack(data):
    """(x, y, sample_weight) of x, (x,), (x, y) or (x, y, sample_weight)."""
    if not isinstance(data, tuple):
        return data, None, None
    if len(data) > 3:
        raise ValueError(
            f"Data is expected to be in format `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`. Received: {data}"
        )
    return (*data, *(None,) * (3 - len(data)))
