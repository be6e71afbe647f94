"""What a layer demands of its input's shape and dtype."""

from __future__ import annotations

from pyseq.core import Tensor, as_dtype
from pyseq.core.structure import flatten


class InputSpec:
    """Rank and extents that a layer accepts.

    Args:
        dtype: required dtype name, or None.
        shape: required shape, None entries free; or None.
        ndim, min_ndim, max_ndim: required rank, its bounds; or None.
        axes: {axis: extent} that must hold where the input's extent is known.
    """

    def __init__(
        self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None, allow_last_axis_squeeze=False,
        name=None,
    ):  # fmt: skip
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name

    def __repr__(self):
        said = {
            k: v for k, v in vars(self).items() if v and k in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        }
        return f"InputSpec({', '.join(f'{k}={v}' for k, v in said.items())})"

    def get_config(self):
        """What `from_config` makes an equal specification from."""
        return {k: getattr(self, k) for k in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")}

    @classmethod
    def from_config(cls, config):
        """The specification that `get_config` described."""
        return cls(**config)

    def complaint(self, shape: tuple) -> str | None:
        """What is wrong with an input of this shape (None entries unknown), or None."""
        if self.shape is not None and not self.fits_shape(shape):
            return f"expected shape={self.shape}, found shape={shape}"
        ndim = len(shape)
        if self.ndim is not None and ndim != self.ndim and not self.allow_last_axis_squeeze:
            return f"expected ndim={self.ndim}, found ndim={ndim}. Full shape received: {shape}"
        if self.max_ndim is not None and ndim > self.max_ndim:
            return f"expected max_ndim={self.max_ndim}, found ndim={ndim}"
        if self.min_ndim is not None and ndim < self.min_ndim:
            return f"expected min_ndim={self.min_ndim}, found ndim={ndim}. Full shape received: {shape}"
        for axis, extent in self.axes.items():
            if extent is not None and shape[axis] not in (extent, None):
                return (
                    f"expected axis {axis} of input shape to have value {extent}, but received input with shape {shape}"
                )
        return None

    def fits_shape(self, shape: tuple) -> bool:
        if self.allow_last_axis_squeeze and abs(len(shape) - len(self.shape)) == 1:
            longer, shorter = (shape, self.shape) if len(shape) > len(self.shape) else (self.shape, shape)
            if longer[-1] == 1:
                return all(a in (b, None) or b is None for a, b in zip(shorter, longer[:-1], strict=True))
        return len(shape) == len(self.shape) and all(
            a == b or a is None or b is None for a, b in zip(self.shape, shape, strict=True)
        )


def check_inputs(spec, inputs, layer_name: str) -> None:
    """Raise ValueError, in tf.keras's words, if `inputs` do not fit `spec` (an InputSpec or a list of them)."""
    if type(spec) is InputSpec and isinstance(inputs, Tensor):
        return _check(0, spec, inputs, layer_name)
    specs, tensors = flatten(spec), flatten(inputs)
    for s in specs:
        if s is not None and not isinstance(s, InputSpec):
            raise TypeError(f'Layer "{layer_name}": input_spec must be an instance of InputSpec. Got: {s}')
    if len(specs) != len(tensors):
        raise ValueError(
            f'Layer "{layer_name}" expects {len(specs)} input(s), but it received {len(tensors)} input tensors. '
            f"Inputs received: {tensors}"
        )
    for k, (s, x) in enumerate(zip(specs, tensors, strict=True)):
        if s is not None:
            _check(k, s, x, layer_name)


def refuse_structure(layer, inputs) -> None:
    """Raise TypeError if a layer that computes from one tensor was called on a dict or a list of tensors."""
    if not isinstance(inputs, (dict, list, tuple)):
        return
    owner = next(c for c in type(layer).__mro__ if "call" in vars(c))
    if not owner.__module__.startswith("pyseq."):  # a user's own `call` takes what it likes
        return
    if isinstance(inputs, dict):
        received, one = f"a dict with the keys {list(inputs)}", f"inputs[{next(iter(inputs), '')!r}]"
    else:
        received, one = f"a {type(inputs).__name__} of {len(inputs)}", "inputs[0]"
    shapes = [tuple(x.shape) for x in flatten(inputs) if hasattr(x, "shape")]
    raise TypeError(
        f'Layer "{layer.name}" (type {type(layer).__name__}) takes one tensor. Received: {received}, shapes {shapes}. '
        f"Call it on one of them, e.g. {one}, or put them together first (Concatenate, Add, tf.stack)."
    )


def _check(k, spec, x, layer_name):
    wrong = spec.complaint(x.shape)
    if not wrong and spec.dtype is not None and x.dtype != as_dtype(spec.dtype):
        wrong = f"expected dtype={spec.dtype}, found dtype={x.dtype.name}"
    if wrong:
        raise ValueError(f'Input {k} of layer "{layer_name}" is incompatible with the layer: {wrong}')
