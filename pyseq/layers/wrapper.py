"""Wrapper: a layer around a layer."""

from __future__ import annotations

from pyseq.layers.base import Layer


class Wrapper(Layer):
    """A layer around another one: subclasses call it in their way. By itself it builds that layer and passes its input through.

    Args:
        layer: the layer inside.
    Input shape, output shape:
        As of the subclass.
    """

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Layer {layer} supplied to wrapper is not a supported layer type. Please ensure wrapped layer is a valid "
                "Keras layer."
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape=None):
        if not self.layer.built:
            self.layer._build_once(input_shape)
        super().build(input_shape)

    def get_config(self):
        from pyseq.saving.objects import serialize_keras_object

        return {**super().get_config(), "layer": serialize_keras_object(self.layer)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The wrapper that `get_config` described, around a fresh layer."""
        from pyseq.registry import custom_object_scope
        from pyseq.saving.objects import read

        config = dict(config)
        with custom_object_scope(custom_objects or {}):
            layer = read(config.pop("layer"), "layers")
        return cls(layer, **config)
