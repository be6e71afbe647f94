"""What a layer knows of the models that are described with it: its nodes, and what went in and came out of each."""

from __future__ import annotations

from pyseq.core.structure import map_structure


class Uses:
    """Part of Layer: inputs, outputs and shapes of its uses."""

    _inbound_nodes = ()  # one for each use
    _outbound_nodes = ()  # of the layers that take what came out

    inbound_nodes = property(lambda self: list(self._inbound_nodes))
    outbound_nodes = property(lambda self: list(self._outbound_nodes))

    def _at(self, node_index, attribute, what):
        nodes = self._inbound_nodes
        if not nodes:
            raise RuntimeError(f"The layer {self.name} has never been called and thus has no defined {what}.")
        if not -len(nodes) <= node_index < len(nodes):
            raise ValueError(
                f"Asked to get {what} at node {node_index}, but the layer has only {len(nodes)} inbound nodes."
            )
        return getattr(nodes[node_index], attribute)

    def get_input_at(self, node_index):
        """The symbolic input (a list, if there are several) of one use of the layer.

        Raises:
            ValueError: there were fewer uses. RuntimeError: there was none.
        """
        return self._at(node_index, "input_tensors", "input")

    def get_output_at(self, node_index):
        """The symbolic output of one use of the layer; see `get_input_at`."""
        return self._at(node_index, "output_tensors", "output")

    def get_input_shape_at(self, node_index):
        """The input shape of one use of the layer; see `get_input_at`."""
        return self._at(node_index, "input_shapes", "input shape")

    def get_output_shape_at(self, node_index):
        """The output shape of one use of the layer; see `get_input_at`."""
        return self._at(node_index, "output_shapes", "output shape")

    @property
    def input(self):
        """The symbolic input of the layer's first use; `get_input_at` has the others.

        Raises:
            AttributeError: it was never used.
        """
        if not self._inbound_nodes:
            raise AttributeError(f"Layer {self.name} is not connected, no input to return.")
        return self.get_input_at(0)

    @property
    def output(self):
        """The symbolic output of the layer's first use; see `input`."""
        if not self._inbound_nodes:
            raise AttributeError(f"Layer {self.name} has no inbound nodes.")
        return self.get_output_at(0)

    @property
    def input_mask(self):
        """The symbolic mask of the input, a list if there are several inputs; None where there is none. See `input`."""
        return map_structure(lambda t: t._keras_mask, self.input)

    @property
    def output_mask(self):
        """The symbolic mask of the output of the first use, or a list; None where there is none. See `output`."""
        output = self.get_output_at(0) if self._inbound_nodes else self.output
        return map_structure(lambda t: t._keras_mask, output)

    @property
    def input_shape(self):
        """Shape of the input in the models this layer is part of, batch axis first.

        Raises:
            AttributeError: there is none, or several.
        """
        return self._shape_of_use("input")

    @property
    def output_shape(self):
        """Shape of the output in the models this layer is part of; see `input_shape`."""
        return self._shape_of_use("output")

    def _shape_of_use(self, which: str):
        shapes = [getattr(node, f"{which}_shapes") for node in self._inbound_nodes]
        if not shapes:
            raise AttributeError(
                f'The layer "{self.name}" has never been called and thus has no defined {which} shape. Note that the '
                f"`{which}_shape` property is only available for Functional and Sequential models."
            )
        if any(shape != shapes[0] for shape in shapes):
            raise AttributeError(
                f'The layer "{self.name}" has multiple inbound nodes, with different {which} shapes. Hence the notion of '
                f'"{which} shape" is ill-defined for the layer. Use `get_{which}_shape_at(node_index)` instead.'
            )
        return shapes[0]
