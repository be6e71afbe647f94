"""What a layer is made of: layers, modules and metrics in its attributes."""

from __future__ import annotations

from pyseq.layers.tracking import Tracked

# Attributes that hold variables or layers for other reasons than being part of the layer.
_UNTRACKED = frozenset(
    (
        "_own_trainable _own_non_trainable _added_losses _added_metrics _loss_functions _extra _inbound_nodes _nested _outbound_nodes "
        "_tensors optimizer history _compiled _plans _run _init_arguments"
    ).split()
)


class Parts:
    """Part of Layer."""

    def _tracked(self) -> Tracked:
        """Layers, variables and metrics found in the attributes."""
        found = self._tracking
        if found is None or not found.holds():
            found = Tracked(self, _UNTRACKED)
            object.__setattr__(self, "_tracking", found)
        return found

    _is_layer = True

    def _sublayers(self) -> list:
        """The layers directly inside this one."""
        return self._tracked().layers

    def _flatten_layers(self) -> list:
        """This layer and all layers inside it, outer first, each once."""
        found, seen = [], set()

        def visit(layer):
            if id(layer) not in seen:
                seen.add(id(layer))
                found.append(layer)
                for inner in layer._sublayers():
                    visit(inner)
                for module in layer._tracked().modules:
                    for inner in module.submodules:
                        if inner._is_layer:
                            visit(inner)

        visit(self)
        return found

    _counts_metrics = False  # True for models: the variables of their metrics are weights, too, as in tf.keras

    def _parts(self):
        """All directly inside this layer that has weights for it: layers, modules that are no layers, metrics of a model."""
        found = self._tracked()
        if type(self)._sublayers is not Parts._sublayers:
            return [*self._sublayers(), *found.modules, *found.metrics]
        return found.parts if self._counts_metrics else [p for p in found.parts if not _in(p, found.metrics)]

    def _inner_modules(self):
        entry = self.__dict__.get("_input_layer")
        return [*([entry] if entry is not None else []), *self._sublayers(), *self._tracked().modules]

    @property
    def metrics(self):
        """Metrics assigned to attributes of this layer and of the layers inside it."""
        found = []
        for layer in self._flatten_layers():
            found += [m for m in (*layer._tracked().metrics, *layer._added_metrics) if not _in(m, found)]
        return found


def _in(x, items) -> bool:
    return any(x is item for item in items)
