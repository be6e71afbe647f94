"""How a layer is built for a shape, and what shapes come out of it."""

from __future__ import annotations

from pyseq.core import active_trace, tracing
from pyseq.core.structure import is_shape, map_shapes, map_structure
from pyseq.layers.call_context import context
from pyseq.layers.shape_inference import infer_shapes
from pyseq.layers.symbolic_call import shape_of


class Building:
    """Part of Layer."""

    def build(self, input_shape):
        """Make the weights. `input_shape`: tuple with the batch axis first, None where unknown."""
        self.built = True

    def _build_for(self, inputs):
        self._check_inputs(inputs)
        shapes = map_structure(shape_of, inputs)
        trace = active_trace()
        with tracing(None):
            self._build_once(shapes)
        if trace is not None and self.variables:
            trace.made_variable()

    def _build_once(self, input_shape):
        self._build_input_shape = input_shape
        made = len(self._own_trainable), len(self._own_non_trainable)
        try:
            self.build(input_shape)
            self.built = True
            if self._initial_weights is not None:
                self.set_weights(self._initial_weights)
                self._initial_weights = None
        except BaseException:  # wrong weights, Ctrl-C: what was made would be there twice after the next try
            del self._own_trainable[made[0] :], self._own_non_trainable[made[1] :]
            self.built = False
            raise

    def compute_output_shape(self, input_shape):
        """Shape of the output for an input of `input_shape`; None where unknown. Builds the layer if need be."""
        input_shape = tuple(input_shape) if is_shape(input_shape) else input_shape
        if not self.built:
            with tracing(None):
                self._build_once(input_shape)
        return infer_shapes(lambda x: self(x), input_shape, self._dtype)

    def get_build_config(self):
        """What `build_from_config` needs to make the weights: {"input_shape": shape}; None if the layer is not built."""
        return None if self._build_input_shape is None else {"input_shape": self._build_input_shape}

    def build_from_config(self, config):
        """Make the weights for the input shape that `get_build_config` gave."""
        shape = config.get("input_shape")
        if shape is not None and not self.built:
            before = context.state()
            try:
                context.enter(self._scope_name())
                with tracing(None):
                    self._build_once(map_shapes(tuple, shape))
            finally:
                context.leave(*before)
