"""Nodes that begin a pipeline: arrays, lists, numbers, generators, files."""

from __future__ import annotations

import os

import numpy as np

from pyseq.core.structure import flatten, map_structure
from pyseq.data.dataset.elements import array_of, as_leaf_numpy, as_leaf_tensor
from pyseq.data.dataset.node import UNKNOWN, Node
from pyseq.data.spec import TensorSpec, fits, spec_of, string


class TensorSlice(Node):
    """The slices of arrays along their first axis."""

    def __init__(self, arrays):
        sizes = []
        for a in flatten(arrays):
            if not getattr(a, "shape", ()):
                raise ValueError("from_tensor_slices: Unbatching a tensor is only supported for rank >= 1.")
            sizes.append(a.shape[0])
        if len(set(sizes)) != 1:
            two = sorted(set(sizes), key=sizes.index)[:2] or ["none"]
            raise ValueError(f"from_tensor_slices: Dimensions {' and '.join(map(str, two))} are not compatible.")
        self.n = sizes[0]
        self.picks = ("rows", arrays)

    def spec(self):
        return map_structure(lambda a: TensorSpec(a.shape[1:], spec_of(a).dtype), self.picks[1])

    def size(self):
        return self.n

    def row_count(self):
        return self.n

    def pieces(self, run):
        if self.n:
            yield np.arange(self.n, dtype=np.int64)


class Listed(Node):
    """Elements that are there."""

    title = "Tensor"

    def __init__(self, elements, spec):
        self.listed = elements
        self._spec = spec

    def size(self):
        return len(self.listed)

    def make(self, run):
        return iter(self.listed)


class Range(Node):
    """The numbers of a range."""

    def __init__(self, numbers, dtype):
        self.numbers, self.dtype = numbers, dtype

    def spec(self):
        return TensorSpec((), self.dtype)

    def size(self):
        return len(self.numbers)

    def make(self, run):
        return map(self.dtype.numpy.type, self.numbers)


class Generator(Node):
    """What a callable's iterable gives, checked against the signature."""

    def __init__(self, generator, args, spec):
        self.generator, self.args = generator, args
        self._spec = spec

    def size(self):
        return UNKNOWN

    def make(self, run):
        args = [as_leaf_numpy(as_leaf_tensor(array_of(a))) for a in self.args]
        for item in self.generator(*args):
            yield conformed(item, self._spec)


def conformed(item, spec):
    """What a generator yielded, as the signature says.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(spec, TensorSpec):
        return _conformed_leaf(item, spec)
    if isinstance(spec, dict):
        if not isinstance(item, dict) or set(item) != set(spec):
            raise TypeError(_unlike(item, spec))
        return {k: conformed(item[k], s) for k, s in spec.items()}
    if not isinstance(item, (tuple, list)) or len(item) != len(spec):
        raise TypeError(_unlike(item, spec))
    return tuple([conformed(v, s) for v, s in zip(item, spec, strict=True)])


def _unlike(item, spec):
    return (
        "`generator` yielded an element that did not match the expected structure. The expected structure was "
        f"{spec}, but the yielded element was {item}."
    )


def _conformed_leaf(item, spec):
    dtype = spec.dtype.numpy
    a = item if type(item) is np.ndarray and item.dtype == dtype and dtype.kind != "O" else _converted(item, spec)
    if not fits(spec.shape, a.shape):
        raise TypeError(
            f"`generator` yielded an element of shape {a.shape} where an element of shape {spec.shape} was expected."
        )
    return a


def _converted(item, spec):
    dtype = spec.dtype.numpy
    try:
        a = np.asarray(item)
        kinds = "OUS" if dtype.kind == "O" else "fiub" if dtype.kind == "f" else "iub"
        if a.dtype.kind in kinds:
            return array_of(a) if dtype.kind == "O" else a.astype(dtype)
    except (TypeError, ValueError):
        pass
    raise TypeError(
        "`generator` yielded an element that could not be converted to the expected type. The expected type was "
        f"{spec.dtype.name}, but the yielded element was {item}."
    )


def signature_of(types, shapes, signature):
    """The structure of TensorSpecs that the arguments of `from_generator` say."""
    if signature is not None:
        if types is not None or shapes is not None:
            raise TypeError(
                "The `output_types` and `output_shapes` arguments can not be used together with `output_signature`."
            )
        for leaf in flatten(signature):
            if not isinstance(leaf, TensorSpec):
                raise TypeError(
                    f"`output_signature` must contain objects that are subclass of `tf.TypeSpec` but found {type(leaf)} "
                    "which is not."
                )
        return tuple(signature) if isinstance(signature, list) else signature
    if types is None:
        raise TypeError(
            "To specify the output signature you need to provide either the `output_signature` argument or the "
            "`output_types` argument."
        )
    return _specs(types, shapes)


def _specs(types, shapes):
    if isinstance(types, dict):
        return {k: _specs(t, None if shapes is None else shapes[k]) for k, t in types.items()}
    if isinstance(types, (tuple, list)):
        return tuple([_specs(t, None if shapes is None else shapes[k]) for k, t in enumerate(types)])
    return TensorSpec(shapes, types)


class TextLine(Node):
    """The lines of text files.

    Args:
        files: list of paths. before: the node that gives them instead; or None.
        compression: None, "GZIP" or "ZLIB".
    """

    def __init__(self, files, before, compression):
        self.files, self.compression = files, compression
        self.inputs = () if before is None else (before,)

    def spec(self):
        return TensorSpec((), string)

    def size(self):
        return UNKNOWN

    def make(self, run):
        for path in self.inputs[0].elements(run) if self.inputs else self.files:
            with self._open(path if isinstance(path, (str, bytes)) else as_leaf_numpy(path)) as f:
                for line in f:
                    line = line[:-1] if line.endswith(b"\n") else line
                    yield line[:-1] if line.endswith(b"\r") else line

    def _open(self, path):
        if self.compression == "GZIP":
            import gzip

            return gzip.open(path, "rb")
        if self.compression == "ZLIB":
            import io
            import zlib

            with open(path, "rb") as f:
                return io.BytesIO(zlib.decompress(f.read()))
        return open(path, "rb")


def files_of(filenames):
    """Paths as a list of them; `filenames`: one or many, texts, paths or what a dataset gives of them."""
    if isinstance(filenames, (str, bytes, os.PathLike)):
        return [os.fspath(filenames)]
    if not isinstance(filenames, (list, tuple)):
        filenames = np.asarray(filenames).ravel().tolist()
    return [os.fspath(f) for f in filenames]


def matching_files(patterns):
    """Paths of the files that match glob patterns, sorted.

    Raises:
        FileNotFoundError: there are none.
    """
    import glob

    found = sorted({f for p in files_of(patterns) for f in glob.glob(os.fsdecode(p))})
    if not found:
        raise FileNotFoundError(f"list_files: No files matched pattern: {patterns}.")
    return found
