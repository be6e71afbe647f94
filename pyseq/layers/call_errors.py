"""Where an error came from, in the user's words: the layer in whose call it was raised."""

from __future__ import annotations

from pyseq.core.errors import InvalidArgumentError, InvalidIndexError, InvalidTypeError
from pyseq.core.structure import map_structure

# Of others the message may be something else than a text for people, or is the user's own to look at.
PLAIN = (ValueError, TypeError, IndexError, AttributeError, RuntimeError, NotImplementedError,
         InvalidArgumentError, InvalidIndexError, InvalidTypeError)  # fmt: skip


def say_where(error, layer, inputs, shape_of):
    """Add to an error's message in which layer's call it was raised, unless it names the layer: the innermost, and only once."""
    if type(error) not in PLAIN or getattr(error, "_said_where", False):
        return
    error._said_where = True
    if len(error.args) != 1 or not isinstance(error.args[0], str) or f'"{layer.name}"' in error.args[0]:
        return
    shapes = map_structure(lambda x: shape_of(x) if hasattr(x, "shape") else type(x).__name__, inputs)
    error.args = (
        f'{error.args[0]}\n\nIn the call of layer "{layer.name}" (type {type(layer).__name__}), inputs of shape {shapes}.',
    )
