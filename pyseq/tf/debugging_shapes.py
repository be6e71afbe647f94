"""The checks of shapes in tf.debugging."""

from __future__ import annotations

from pyseq.core import Tensor, Variable, as_tensor


def assert_rank(x, rank, message=None, name=None):
    """Raise ValueError if x has not `rank` axes."""
    _check_rank(x, as_tensor(x).ndim == int(rank), f"rank {rank}", message)


def assert_rank_at_least(x, rank, message=None, name=None):
    """Raise ValueError if x has fewer than `rank` axes."""
    _check_rank(x, as_tensor(x).ndim >= int(rank), f"rank at least {rank}", message)


def assert_rank_in(x, ranks, message=None, name=None):
    """Raise ValueError if the number of x's axes is not one of `ranks`."""
    ranks = tuple(int(r) for r in ranks)
    _check_rank(x, as_tensor(x).ndim in ranks, f"rank in {ranks}", message)


def _check_rank(x, holds, wanted, message):
    if not holds:
        x = as_tensor(x)
        text = f"{message}. " if message else ""
        raise ValueError(f"{text}Tensor must have {wanted}.  Received rank {x.ndim}, shape {x.shape}")


def assert_scalar(tensor, message=None, name=None):
    """The tensor; ValueError if it has axes."""
    x = as_tensor(tensor)
    if x.shape:
        raise ValueError(f"{message or ''}Expected scalar shape, saw shape: {x.shape}.")
    return x


def assert_proper_iterable(values):
    """Raise TypeError if `values` is a tensor, an array, a text, or nothing to iterate over."""
    unintended = isinstance(values, (Tensor, Variable, str, bytes)) or hasattr(values, "__array__")
    if unintended or not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}')


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """Raise ValueError if tensors have not the shapes given in numbers and symbols; a symbol stands for one extent everywhere.

    Args:
        shapes: list of (tensor, shape) or dict. A shape is a tuple or text of numbers, symbols, None or "." for any extent;
            "..." or "*" first or last for any number of axes.
        data, summarize: without effect, the message names the axis.
    """
    pairs = shapes.items() if isinstance(shapes, dict) else shapes
    known: dict = {}
    for tensor, symbols in pairs:
        tensor = tensor.deref() if hasattr(tensor, "deref") else tensor
        extents = tuple(tensor.shape) if hasattr(tensor, "shape") else as_tensor(tensor).shape
        for symbol, axis, extent in _matched(symbols, extents, message):
            wanted, where = (symbol, "") if isinstance(symbol, int) else known.setdefault(symbol, (extent, extents))
            if wanted != extent:
                specified = f"Specified by tensor of shape {where}. " if where else "Specified explicitly. "
                raise ValueError(
                    f"{f'{message}. ' if message else ''}{specified}Tensor shape={extents} dimension {axis} must have size "
                    f"{wanted}.  Received size {extent}, shape {extents}"
                )


def _matched(symbols, extents, message):
    """(number or symbol, axis, extent) of each axis that is checked."""
    symbols = list(symbols) if isinstance(symbols, (str, tuple, list)) else [symbols]

    any_number = [k for k, s in enumerate(symbols) if s in ("*", "...", Ellipsis)]
    if len(any_number) > 1 or (any_number and any_number[0] not in (0, len(symbols) - 1)):
        raise ValueError(f"assert_shapes: any number of axes may stand first or last only. Received: {symbols}.")
    fixed = [s for k, s in enumerate(symbols) if k not in any_number]
    if len(fixed) > len(extents) or (not any_number and len(fixed) != len(extents)):
        least = "at least " if any_number else ""
        raise ValueError(
            f"{f'{message}. ' if message else ''}Tensor must have rank {least}{len(fixed)}.  "
            f"Received rank {len(extents)}, shape {extents}"
        )
    first = len(extents) - len(fixed) if any_number and any_number[0] == 0 else 0
    for axis, symbol in enumerate(fixed, first):
        if symbol not in (None, ".", -1):
            number = int(symbol) if isinstance(symbol, (int, str)) and str(symbol).isdigit() else symbol
            yield number, axis, extents[axis]
