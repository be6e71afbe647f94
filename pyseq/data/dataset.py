"""tf.data.Dataset: pipelines of elements, each a structure of tensors.

    Dataset.from_tensor_slices((x, y)).shuffle(1000).batch(32).repeat()
        Slices                          Shuffle        Batch     Repeat      each node knows the one before it

An iteration asks the last node for elements, which asks the one before it, and so on. On the way elements have NumPy arrays
(or tensors, where a function made them) as leaves; who iterates gets tensors.

Nodes that only choose rows of arrays (slices, shuffle, repeat, take, skip, shard, batch, ...) need not touch them: they
`_pick`, and deal in pieces: row numbers (int64 arrays), or runs of batches of them. `fit` gives those to a plan, which
gathers the rows itself; whoever wants elements gets them cut from the same pieces, in the same order.
"""

from __future__ import annotations

import itertools
import os
import time
from collections import deque

import numpy as np

from pyseq import random
from pyseq.core import Tensor, Variable, shapes_only, symbolic, wrap
from pyseq.core.structure import flatten, map_structure
from pyseq.data.sequence import LOOK, SLOW, Ahead, results_in_order
from pyseq.data.spec import TensorSpec, Texts, as_any_dtype, fits, merged_shapes, spec_of, string
from pyseq.plan.function import Function

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2
AUTO_THREADS = min(4, os.cpu_count() or 1)  # of `map` with AUTOTUNE
CYCLE = 4  # datasets that `interleave` keeps open unless told


class Options:
    """Settings of a pipeline. Accepted for the sake of programs that set them; results do not depend on them."""

    def __init__(self):
        self.deterministic = None
        self.experimental_deterministic = None
        self.autotune, self.threading, self.experimental_optimization, self.experimental_distribute = (
            _Settings() for _ in range(4)
        )
        self.experimental_threading = self.threading

    def merge(self, options):
        """These settings, those of `options` taking precedence."""
        merged = Options()
        merged.__dict__.update({**vars(self), **{k: v for k, v in vars(options).items() if v is not None}})
        return merged


class _Settings:
    """A group of Options."""


class Dataset:
    """Elements that follow each other, each a tensor or a tuple or dict of them.

    Made by `from_tensor_slices`, `from_tensors`, `from_generator`, `range`, `zip`; every other method gives a new dataset.
    Source: tf.data.Dataset.

    Example:
        >>> dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1024).batch(32)
        >>> model.fit(dataset, epochs=3)
    """

    _inputs = ()
    _picks = None  # ("rows" or "batches", arrays) of a node that only chooses rows of arrays

    # -------------------------------------------------------------------------------------- what a node defines

    def _spec(self):
        """The structure of TensorSpecs of its elements."""
        return self._inputs[0].element_spec

    def _size(self):
        """How many elements; INFINITE_CARDINALITY, UNKNOWN_CARDINALITY."""
        return self._inputs[0]._size()

    def _make(self, run):
        """An iterator of elements with arrays or tensors for leaves."""
        raise NotImplementedError

    def _pieces(self, run):
        """For nodes that pick: an iterator of row numbers, or of runs (order or None, start, batch size, batches)."""
        raise NotImplementedError

    # -------------------------------------------------------------------------------------- iteration

    def _elements(self, run):
        if self._picks is None:
            return self._make(run)
        kind, arrays = self._picks
        return (_rows if kind == "rows" else _batches)(arrays, self._pieces(run))

    def _host_iterator(self):
        return _generator(self._elements(Run(self)))

    def _batched_rows(self):
        """The structure of arrays whose rows the batches are, if the dataset is batches of rows; else None."""
        return self._picks[1] if self._picks is not None and self._picks[0] == "batches" else None

    def _index_runs(self):
        return _generator(self._pieces(Run(self)))

    def _row_count(self):
        """Rows in all batches, if that is known."""
        return None

    def __iter__(self):
        """Elements as tensors."""
        return DatasetIterator(self)

    def as_numpy_iterator(self):
        """Elements with NumPy arrays (scalars for shape ()) for tensors."""
        return (map_structure(_as_numpy, element) for element in self._host_iterator())

    def __bool__(self):
        return True

    def __len__(self):
        size = self._size()
        if size == INFINITE_CARDINALITY:
            raise TypeError("The dataset is infinite.")
        if size == UNKNOWN_CARDINALITY:
            raise TypeError("The dataset length is unknown.")
        return size

    def __repr__(self):
        return f"<{type(self).__name__}Dataset element_spec={self.element_spec}>"

    @property
    def element_spec(self):
        """The structure of an element, with a TensorSpec for each tensor."""
        if "_known_spec" not in self.__dict__:
            self._known_spec = self._spec()
        return self._known_spec

    def cardinality(self):
        """The number of elements as a tensor; -1: infinite, -2: unknown."""
        return wrap(np.array(self._size(), dtype=np.int64))

    # -------------------------------------------------------------------------------------- sources

    @staticmethod
    def from_tensor_slices(tensors, name=None):
        """A dataset of the slices of arrays along their first axis. `tensors`: an array or a tuple or dict of them."""
        return Slices(_structure(tensors))

    @staticmethod
    def from_tensors(tensors, name=None):
        """A dataset of one element."""
        element = _structure(tensors)
        return Listed([element], map_structure(spec_of, element))

    @staticmethod
    def from_generator(generator, output_types=None, output_shapes=None, args=None, output_signature=None, name=None):
        """A dataset of what a generator yields.

        Args:
            generator: a callable that gives an iterable, anew for each iteration.
            output_signature: structure of TensorSpecs of an element; or
            output_types, output_shapes: structures of element types and shapes.
            args: what `generator` is called with.
        """
        if not callable(generator):
            raise TypeError("`generator` must be a Python callable.")
        return Generated(generator, args or (), _signature(output_types, output_shapes, output_signature))

    @staticmethod
    def range(*args, output_type="int64", name=None):
        """A dataset of the numbers of `range(*args)`."""
        return Range(range(*[int(a) for a in args]), as_any_dtype(output_type))

    @staticmethod
    def zip(*args, datasets=None, name=None):
        """A dataset whose elements are structures of the elements of `datasets`; ends with the shortest."""
        if len(args) > 1 and datasets is None:
            datasets = args
        elif args and datasets is None:
            datasets = args[0]
        if datasets is None or args and args[0] is not datasets and args is not datasets:
            raise ValueError("zip: give datasets as arguments, or one structure of them.")
        leaves = flatten(datasets)
        if not leaves or not all(isinstance(d, Dataset) for d in leaves):
            raise TypeError(f"zip: must be given datasets. Received: {[type(d).__name__ for d in leaves]}.")
        return Zip(datasets)

    # -------------------------------------------------------------------------------------- transformations

    def batch(self, batch_size, drop_remainder=False, num_parallel_calls=None, deterministic=None, name=None):
        """Batches of `batch_size` elements; `drop_remainder`: leave a shorter last one out?"""
        return Batch(self, _count("batch", "batch_size", batch_size, 1), bool(drop_remainder))

    def padded_batch(self, batch_size, padded_shapes=None, padding_values=None, drop_remainder=False, name=None):
        """Batches of elements of different shapes, padded at the end.

        Args:
            padded_shapes: structure of shapes; None or -1: as long as the longest of the batch. By default, all so.
            padding_values: structure of numbers or a number; zero (or the empty text) by default.
        """
        size = _count("padded_batch", "batch_size", batch_size, 1)
        return PaddedBatch(self, size, padded_shapes, padding_values, bool(drop_remainder))

    def unbatch(self, name=None):
        """The slices of elements along their first axis."""
        return Unbatch(self)

    def rebatch(self, batch_size, drop_remainder=False, name=None):
        """Batches of another size."""
        return self.unbatch().batch(batch_size, drop_remainder)

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=True, name=None):
        """The elements in random order.

        A buffer is filled with `buffer_size` elements; then one of it is picked at random and the next one takes its place.

        Args:
            buffer_size: of all elements or more: a uniform shuffle.
            seed: an integer; by default the order follows from the global seed.
            reshuffle_each_iteration: a new order each time?
        """
        if isinstance(buffer_size, (Tensor, Variable)):
            buffer_size = int(buffer_size)
        if buffer_size == UNKNOWN_CARDINALITY and self._size() >= 0:
            buffer_size = max(1, self._size())
        size = _count("shuffle", "buffer_size", buffer_size, 1)
        reshuffle = True if reshuffle_each_iteration is None else bool(reshuffle_each_iteration)
        return Shuffle(self, size, None if seed is None else int(seed), reshuffle)

    def repeat(self, count=None, name=None):
        """The elements `count` times; without end if it is None or -1."""
        return Repeat(self, -1 if count is None else _count("repeat", "count", count, None))

    def take(self, count, name=None):
        """The first `count` elements; all if it is -1."""
        return Take(self, _count("take", "count", count, None))

    def skip(self, count, name=None):
        """All but the first `count` elements; none if it is -1."""
        return Skip(self, _count("skip", "count", count, None))

    def shard(self, num_shards, index, name=None):
        """Every `num_shards`th element, from number `index` on."""
        n = _count("shard", "num_shards", num_shards, 1)
        k = _count("shard", "index", index, 0)
        if k >= n:
            raise ValueError(f"shard: `index` must be less than `num_shards`. Received: index={k}, num_shards={n}.")
        return Shard(self, n, k)

    def map(self, map_func, num_parallel_calls=None, deterministic=None, name=None):
        """The results of `map_func(*element)` (of a tuple, else `map_func(element)`).

        The function is traced once for each shape of its arguments, and runs as a plan; one that cannot be traced runs as
        Python code. With `num_parallel_calls` several threads work at it if it takes its time; the order stays.
        """
        return Map(self, map_func, num_parallel_calls)

    def filter(self, predicate, name=None):
        """The elements of which `predicate(*element)` is true."""
        return Filter(self, predicate)

    def take_while(self, predicate, name=None):
        """The elements up to the first of which `predicate(*element)` is false."""
        return TakeWhile(self, predicate)

    def flat_map(self, map_func, name=None):
        """The elements of the datasets `map_func(*element)`, one dataset after the other."""
        return Interleave(self, map_func, 1, 1)

    def interleave(
        self, map_func, cycle_length=None, block_length=None, num_parallel_calls=None, deterministic=None, name=None
    ):
        """The elements of the datasets `map_func(*element)`, `block_length` of each of `cycle_length` in turn."""
        cycle = CYCLE if cycle_length in (None, AUTOTUNE) else _count("interleave", "cycle_length", cycle_length, 1)
        block = 1 if block_length is None else _count("interleave", "block_length", block_length, 1)
        return Interleave(self, map_func, cycle, block)

    def scan(self, initial_state, scan_func, name=None):
        """The outputs of `state, output = scan_func(state, element)`."""
        return Scan(self, initial_state, scan_func)

    def concatenate(self, dataset, name=None):
        """These elements, then those of another dataset."""
        if not isinstance(dataset, Dataset):
            raise TypeError(f"concatenate: `dataset` must be a Dataset. Received: {type(dataset).__name__}.")
        return Concatenate(self, dataset)

    def enumerate(self, start=0, name=None):
        """(number, element), counted from `start`."""
        return Enumerate(self, int(start))

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None):
        """Datasets of `size` elements, every `stride`th; the next begins `shift` (by default `size`) elements later."""
        size = _count("window", "size", size, 1)
        shift = size if shift is None else _count("window", "shift", shift, 1)
        return Window(self, size, shift, _count("window", "stride", stride, 1), bool(drop_remainder))

    def prefetch(self, buffer_size, name=None):
        """The same; elements that take their time are made by a thread, up to `buffer_size` ahead."""
        return Prefetch(self, _count("prefetch", "buffer_size", buffer_size, -1))

    def cache(self, filename="", name=None):
        """The same; kept in memory the first time all are asked for."""
        if filename:
            raise NotImplementedError("cache: `filename`: datasets are cached in memory only. Use cache().")
        return Cache(self)

    def with_options(self, options, name=None):
        """The same."""
        return Prefetch(self, 0, options)

    def options(self):
        """The settings given by `with_options`."""
        return self._inputs[0].options() if self._inputs else Options()

    def apply(self, transformation_func):
        """`transformation_func(self)`."""
        made = transformation_func(self)
        if not isinstance(made, Dataset):
            raise TypeError(f"apply: `transformation_func` must return a Dataset. Received: {made}.")
        return made

    def reduce(self, initial_state, reduce_func, name=None):
        """The last state of `state = reduce_func(state, element)`."""
        function = _Call(reduce_func, spread=False)
        state = _structure(initial_state)
        for element in self._host_iterator():
            state = function((state, element))
        return map_structure(_as_tensor, state)

    def get_single_element(self, name=None):
        """The only element.

        Raises:
            ValueError: there is none, or more than one.
        """
        found = list(itertools.islice(self, 2))
        if len(found) != 1:
            raise ValueError("Dataset was empty." if not found else "Dataset had more than one element.")
        return found[0]


class DatasetIterator:
    """One iteration of a dataset; elements as tensors."""

    def __init__(self, dataset):
        self._dataset = dataset
        self._elements = dataset._host_iterator()

    @property
    def element_spec(self):
        """Of the dataset."""
        return self._dataset.element_spec

    def __iter__(self):
        return self

    def __next__(self):
        return map_structure(_as_tensor, next(self._elements))

    get_next = __next__


def _generator(iterator):
    """A generator of the items, which can be closed; so is what it runs through."""
    yield from iterator


class Run:
    """One iteration of a pipeline: where the order of its unseeded shuffles comes from.

    Drawn once, by the thread that begins to iterate: threads further up shuffle the same whenever they come to it.
    """

    def __init__(self, dataset):
        nodes = list(_walk(dataset))
        self.numbers = {id(node): k for k, node in enumerate(nodes)}
        self.counts = {}
        self.key = None
        if any(getattr(node, "_draws", False) for node in nodes):
            self.key = int(random.randint((), 0, 2**62, "int64").numpy())

    def seed(self, node):
        """A seed for the node's next shuffle of this iteration."""
        k = self.counts[id(node)] = self.counts.get(id(node), -1) + 1
        return self.key + (self.numbers.get(id(node), len(self.numbers)) << 40) + k


def _walk(dataset):
    yield dataset
    for d in dataset._inputs:
        yield from _walk(d)


# ------------------------------------------------------------------------------------------ leaves


def _structure(x):
    """The structure with an array, tensor or Texts for each leaf; a list is one array. Arrays are copied."""
    if isinstance(x, dict) or isinstance(x, tuple):
        items = {k: _structure(v) for k, v in x.items()} if isinstance(x, dict) else [_structure(v) for v in x]
        return items if isinstance(x, dict) else type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    if hasattr(x, "columns") and hasattr(x, "to_numpy"):
        x = x.to_numpy()
    if isinstance(x, (Variable, Dataset, Texts)) or x is None:
        return x.value() if isinstance(x, Variable) else x
    if isinstance(x, Tensor):
        return x if not x.shape else np.asarray(x)
    return _array(x, copy=True)


def _array(x, copy=False):
    """An array of numbers, or of bytes objects, of an array, list, number or text."""
    if isinstance(x, np.ndarray) and x.dtype.kind in "fiub" and x.dtype.isnative and not copy:
        return x
    plain = not hasattr(x, "dtype") and not hasattr(x, "__array__") and _no_array_in(x)
    a = np.array(x) if isinstance(x, np.ndarray) else np.asarray(x)
    if a.dtype.kind in "US" or a.dtype.kind == "O":
        if not all(isinstance(item, (str, bytes)) for item in a.flat):
            raise ValueError(
                "Dataset: elements must be numbers or texts, all rows of one length. Received: "
                f"{type(a.flat[0]).__name__ if a.size else 'nothing'} in an array of objects."
            )
        made = np.empty(a.shape, dtype=object)
        made.flat[:] = [item.encode() if isinstance(item, str) else bytes(item) for item in a.flat]
        return made
    if plain and a.dtype.kind in "fi":  # as tf.convert_to_tensor
        a = a.astype("float32" if a.dtype.kind == "f" else "int32" if _fits_int32(a) else "int64")
    return np.ascontiguousarray(a.astype(a.dtype.newbyteorder("="), copy=False)).reshape(a.shape)


def _no_array_in(x):
    while isinstance(x, (list, tuple)) and x:
        x = x[0]
    return not hasattr(x, "dtype")


def _fits_int32(a):
    return not a.size or -(2**31) <= a.min() and a.max() < 2**31


def _as_tensor(leaf):
    if isinstance(leaf, (Tensor, Texts, Dataset)) or leaf is None:
        return leaf
    if isinstance(leaf, bytes):
        return Texts(np.asarray(leaf, dtype=object))
    a = np.asarray(leaf)
    return Texts(a) if a.dtype.kind == "O" else wrap(a)


def _as_numpy(leaf):
    if isinstance(leaf, (Tensor, Texts)):
        return leaf.numpy()
    if isinstance(leaf, np.ndarray):
        return leaf.copy() if leaf.ndim else leaf[()]
    return _Numpy(leaf) if isinstance(leaf, Dataset) else leaf


class _Numpy:
    """A dataset inside an element, as NumPy."""

    def __init__(self, dataset):
        self._dataset = dataset

    def __iter__(self):
        return self._dataset.as_numpy_iterator()


def _as_array(leaf):
    if isinstance(leaf, (np.ndarray, np.generic)):
        return leaf
    if isinstance(leaf, bytes):
        return np.asarray(leaf, dtype=object)
    return np.asarray(leaf)


def _count(who, name, value, least):
    """An integer argument; `least` None: -1 is allowed, too."""
    if isinstance(value, (Tensor, np.ndarray)):
        value = int(value)
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) < (-1 if least is None else least):
        must = "-1 or more" if least is None else f"at least {least}"
        raise ValueError(f"{who}: `{name}` must be an integer of {must}. Received: {name}={value!r}.")
    return int(value)


# ------------------------------------------------------------------------------------------ rows and batches of arrays


def _rows(arrays, pieces):
    """Elements of row numbers."""
    if type(arrays) is tuple and all(isinstance(a, np.ndarray) for a in arrays):
        for chunk in pieces:
            for k in chunk.tolist():
                yield tuple([a[k] for a in arrays])
        return
    for chunk in pieces:
        for k in chunk.tolist():
            yield map_structure(lambda a, k=k: a[k], arrays)


def _batches(arrays, pieces):
    """Elements of runs of batches of row numbers."""
    for order, start, size, steps in pieces:
        for first in range(start, start + steps * size, size):
            index = slice(first, first + size) if order is None else order[first : first + size]
            yield map_structure(lambda a, index=index: a[index], arrays)


def _length(piece):
    """How many elements a piece stands for."""
    return len(piece) if isinstance(piece, np.ndarray) else piece[3]


def _cut(piece, first, count):
    """The elements [first, first + count) of a piece."""
    if isinstance(piece, np.ndarray):
        return piece[first : first + count]
    order, start, size, _ = piece
    return order, start + first * size, size, count


def _run_of(chunk, size, steps):
    """The run of batches of these row numbers; without them if they are consecutive."""
    n = len(chunk)
    if chunk[-1] - chunk[0] == n - 1 and (n < 2 or (np.diff(chunk) == 1).all()):
        return None, int(chunk[0]), size, steps
    return chunk, 0, size, steps


class ShuffleBuffer:
    """A buffered shuffle of numbers that come in chunks.

    Args:
        size: numbers that wait. state: a SeedGenerator.
    """

    def __init__(self, size, state):
        self.size = size
        self.state = state
        self.waiting = np.empty(0, dtype=np.int64)

    def push(self, chunk):
        """Take numbers in; returns those that come out for them.

        Number i goes to slot s(i), and out comes what was there: number j, the last before it with s(j) = s(i), or else
        what the slot held before.
        """
        room = self.size - len(self.waiting)
        if room > 0:
            self.waiting = np.concatenate([self.waiting, chunk[:room]])
            chunk = chunk[room:]
        if not len(chunk):
            return chunk
        slots = random.randint((len(chunk),), 0, self.size, "int64", self.state).numpy()
        order = np.argsort(slots, kind="stable")
        slots = slots[order]
        new = np.empty(len(chunk), dtype=bool)  # the first number that goes to its slot
        new[0] = True
        np.not_equal(slots[1:], slots[:-1], out=new[1:])
        before = np.empty_like(chunk)
        before[1:] = chunk[order[:-1]]
        before[new] = self.waiting[slots[new]]
        out = np.empty_like(chunk)
        out[order] = before
        last = np.append(new[1:], True)
        self.waiting[slots[last]] = chunk[order[last]]
        return out

    def rest(self):
        """What still waits, in random order."""
        return self.waiting[random.permutation(len(self.waiting), self.state)] if len(self.waiting) else self.waiting


# ------------------------------------------------------------------------------------------ sources


class Slices(Dataset):
    def __init__(self, arrays):
        sizes = []
        for a in flatten(arrays):
            if not getattr(a, "shape", ()):
                raise ValueError("from_tensor_slices: Unbatching a tensor is only supported for rank >= 1.")
            sizes.append(a.shape[0])
        if len(set(sizes)) != 1:
            two = sorted(set(sizes), key=sizes.index)[:2] or ["none"]
            raise ValueError(f"from_tensor_slices: Dimensions {' and '.join(map(str, two))} are not compatible.")
        self._n = sizes[0]
        self._picks = ("rows", arrays)

    def _spec(self):
        return map_structure(lambda a: TensorSpec(a.shape[1:], spec_of(a).dtype), self._picks[1])

    def _size(self):
        return self._n

    def _row_count(self):
        return self._n

    def _pieces(self, run):
        if self._n:
            yield np.arange(self._n, dtype=np.int64)


class Listed(Dataset):
    """Elements that are there."""

    def __init__(self, elements, spec):
        self._list = elements
        self._known_spec = spec

    def _size(self):
        return len(self._list)

    def _make(self, run):
        return iter(self._list)


class Range(Dataset):
    def __init__(self, numbers, dtype):
        self._numbers = numbers
        self._dtype = dtype

    def _spec(self):
        return TensorSpec((), self._dtype)

    def _size(self):
        return len(self._numbers)

    def _make(self, run):
        return map(self._dtype.numpy.type, self._numbers)


class Generated(Dataset):
    def __init__(self, generator, args, spec):
        self._generator = generator
        self._args = args
        self._known_spec = spec

    def _size(self):
        return UNKNOWN_CARDINALITY

    def _make(self, run):
        spec = self._known_spec
        args = [_as_numpy(_as_tensor(_array(a))) for a in self._args]
        for item in self._generator(*args):
            yield _conformed(item, spec)


def _conformed(item, spec):
    """What a generator yielded, as the signature says.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(spec, TensorSpec):
        return _conformed_leaf(item, spec)
    if isinstance(spec, dict):
        if not isinstance(item, dict) or set(item) != set(spec):
            raise TypeError(_unlike(item, spec))
        return {k: _conformed(item[k], s) for k, s in spec.items()}
    if not isinstance(item, (tuple, list)) or len(item) != len(spec):
        raise TypeError(_unlike(item, spec))
    return tuple([_conformed(v, s) for v, s in zip(item, spec, strict=True)])


def _unlike(item, spec):
    return (
        "`generator` yielded an element that did not match the expected structure. The expected structure was "
        f"{spec}, but the yielded element was {item}."
    )


def _conformed_leaf(item, spec):
    dtype = spec.dtype.numpy
    if type(item) is np.ndarray and item.dtype == dtype and dtype.kind != "O":
        a = item
    else:
        try:
            a = np.asarray(item)
            if (
                a.dtype.kind not in ("OUS" if dtype.kind == "O" else "fiub")
                or a.dtype.kind == "f"
                and dtype.kind != "f"
            ):
                raise ValueError
            a = _array(a) if dtype.kind == "O" else a.astype(dtype)
        except (TypeError, ValueError):
            raise TypeError(
                "`generator` yielded an element that could not be converted to the expected type. The expected type was "
                f"{spec.dtype.name}, but the yielded element was {item}."
            ) from None
    if not fits(spec.shape, a.shape):
        raise TypeError(
            f"`generator` yielded an element of shape {a.shape} where an element of shape {spec.shape} was expected."
        )
    return a


def _signature(types, shapes, signature):
    """The structure of TensorSpecs that from_generator's arguments say."""
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

    def specs(types, shapes):
        if isinstance(types, dict):
            return {k: specs(t, None if shapes is None else shapes[k]) for k, t in types.items()}
        if isinstance(types, (tuple, list)):
            return tuple([specs(t, None if shapes is None else shapes[k]) for k, t in enumerate(types)])
        return TensorSpec(shapes, types)

    return specs(types, shapes)


class TextLineDataset(Dataset):
    """The lines of text files, without what ends them, as texts of bytes.

    Args:
        filenames: a path, or a list or dataset of them.
        compression_type: None, "GZIP" or "ZLIB".
    Source: tf.data.TextLineDataset.
    """

    def __init__(self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None, name=None):
        if compression_type not in (None, "", "GZIP", "ZLIB"):
            raise ValueError(
                f"TextLineDataset: `compression_type` must be None, 'GZIP' or 'ZLIB'. Received: {compression_type!r}."
            )
        if isinstance(filenames, Dataset):
            self._files = filenames
        else:
            many = isinstance(filenames, (list, tuple, np.ndarray))
            self._files = [os.fspath(f) for f in filenames] if many else [os.fspath(filenames)]
        self._compression = compression_type or None

    def _spec(self):
        return TensorSpec((), string)

    def _size(self):
        return UNKNOWN_CARDINALITY

    def _make(self, run):
        files = self._files
        for path in files.as_numpy_iterator() if isinstance(files, Dataset) else files:
            with self._open(path) as f:
                for line in f:
                    line = line[:-1] if line.endswith(b"\n") else line
                    yield line[:-1] if line.endswith(b"\r") else line

    def _open(self, path):
        if self._compression == "GZIP":
            import gzip

            return gzip.open(path, "rb")
        if self._compression == "ZLIB":
            import io
            import zlib

            with open(path, "rb") as f:
                return io.BytesIO(zlib.decompress(f.read()))
        return open(path, "rb")


# ------------------------------------------------------------------------------------------ transformations


class _Of(Dataset):
    """A dataset made of another one."""

    def __init__(self, source):
        self._inputs = (source,)

    @property
    def _source(self):
        return self._inputs[0]


class _Picking(_Of):
    """One that chooses among the elements of another, and picks if that does."""

    def __init__(self, source):
        super().__init__(source)
        self._picks = source._picks


class Repeat(_Picking):
    def __init__(self, source, count):
        super().__init__(source)
        self._count = count

    def _size(self):
        n = self._source._size()
        if self._count == 0 or n == 0:
            return 0
        return n if n < 0 and self._count > 0 else INFINITE_CARDINALITY if self._count < 0 else n * self._count

    def _row_count(self):
        n = self._source._row_count()
        return None if n is None or self._count < 0 else n * self._count

    def _again(self, passes):
        for _ in itertools.count() if self._count < 0 else range(self._count):
            some = False
            for item in passes():
                some = True
                yield item
            if not some:
                return

    def _make(self, run):
        return self._again(lambda: self._source._elements(run))

    def _pieces(self, run):
        return self._again(lambda: self._source._pieces(run))


class Take(_Picking):
    def __init__(self, source, count):
        super().__init__(source)
        self._count = count

    def _size(self):
        n = self._source._size()
        if self._count < 0 or n == UNKNOWN_CARDINALITY:
            return 0 if self._count == 0 else n
        return self._count if n == INFINITE_CARDINALITY else min(n, self._count)

    def _make(self, run):
        if self._count < 0:
            return self._source._elements(run)
        return itertools.islice(self._source._elements(run), self._count)

    def _pieces(self, run):
        left = self._count
        if left == 0:
            return
        for piece in self._source._pieces(run):
            if 0 <= left <= _length(piece):
                yield _cut(piece, 0, left)
                return
            left -= _length(piece) if left > 0 else 0
            yield piece


class Skip(_Picking):
    def __init__(self, source, count):
        super().__init__(source)
        self._count = count

    def _size(self):
        n = self._source._size()
        if self._count < 0:
            return 0
        return n if n < 0 else max(0, n - self._count)

    def _make(self, run):
        if self._count < 0:
            return iter(())
        return itertools.islice(self._source._elements(run), self._count, None)

    def _pieces(self, run):
        if self._count < 0:
            return
        left = self._count
        for piece in self._source._pieces(run):
            n = _length(piece)
            if left < n:
                yield _cut(piece, left, n - left)
            left = max(0, left - n)


class Shard(_Picking):
    def __init__(self, source, n, index):
        super().__init__(source)
        if self._picks is not None and self._picks[0] != "rows":
            self._picks = None
        self._n, self._index = n, index

    def _size(self):
        n = self._source._size()
        return n if n < 0 else max(0, -(-(n - self._index) // self._n))

    def _make(self, run):
        return itertools.islice(self._source._elements(run), self._index, None, self._n)

    def _pieces(self, run):
        at = 0
        for chunk in self._source._pieces(run):
            yield np.ascontiguousarray(chunk[(self._index - at) % self._n :: self._n])
            at += len(chunk)


class Shuffle(_Picking):
    def __init__(self, source, size, seed, reshuffle):
        super().__init__(source)
        if self._picks is not None and self._picks[0] != "rows":
            self._picks = None
        self._buffer, self._seed, self._reshuffle = size, seed, reshuffle
        self._times = 0
        self._fixed = seed
        self._draws = seed is None

    def _row_count(self):
        return self._source._row_count()

    def _state(self, run):
        if not self._reshuffle:
            if self._fixed is None:
                self._fixed = run.seed(self)
            return random.SeedGenerator(self._fixed)
        if self._seed is None:
            return random.SeedGenerator(run.seed(self))
        self._times += 1
        return random.SeedGenerator(self._seed + (self._times - 1 << 40))

    def _pieces(self, run):
        buffer = ShuffleBuffer(self._buffer, self._state(run))
        for chunk in self._source._pieces(run):
            for first in range(0, len(chunk), 1 << 20):  # of a huge array some at a time
                out = buffer.push(chunk[first : first + (1 << 20)])
                if len(out):
                    yield out
        rest = buffer.rest()
        if len(rest):
            yield rest

    def _make(self, run):
        state = self._state(run)
        elements = self._source._elements(run)
        waiting = list(itertools.islice(elements, self._buffer))
        slots = iter(())
        for element in elements:
            k = next(slots, None)
            if k is None:
                slots = iter(random.randint((256,), 0, self._buffer, "int64", state).numpy().tolist())
                k = next(slots)
            out, waiting[k] = waiting[k], element
            yield out
        for k in random.permutation(len(waiting), state).tolist() if waiting else ():
            yield waiting[k]


class Prefetch(_Picking):
    def __init__(self, source, size, options=None):
        super().__init__(source)
        self._ahead = 2 if size == AUTOTUNE else size
        self._options = options

    def _row_count(self):
        return self._source._row_count()

    def options(self):
        before = self._source.options()
        return before if self._options is None else before.merge(self._options)

    def _pieces(self, run):
        return self._source._pieces(run)

    def _make(self, run):
        ahead = Ahead(iter(self._source._elements(run)), self._ahead)
        try:
            yield from ahead
        finally:
            ahead.close()


class Cache(_Picking):
    def __init__(self, source):
        super().__init__(source)
        self._kept = None

    def _row_count(self):
        return self._source._row_count()

    def _remembered(self, items):
        if self._kept is not None:
            yield from self._kept
            return
        kept = []
        for item in items:
            kept.append(item)
            yield item
        self._kept = kept

    def _pieces(self, run):
        return self._remembered(self._source._pieces(run))

    def _make(self, run):
        return self._remembered(self._source._elements(run))


class Zip(Dataset):
    def __init__(self, datasets):
        self._datasets = datasets
        self._inputs = tuple(flatten(datasets))
        if all(type(d) is Slices for d in self._inputs):  # their first rows side by side
            self._n = min(d._n for d in self._inputs)
            self._picks = (
                "rows",
                map_structure(lambda d: map_structure(lambda a: a[: self._n], d._picks[1]), datasets),
            )

    def _spec(self):
        return map_structure(lambda d: d.element_spec, self._datasets)

    def _size(self):
        sizes = [d._size() for d in self._inputs]
        known = [n for n in sizes if n >= 0]
        if UNKNOWN_CARDINALITY in sizes:
            return 0 if 0 in known else UNKNOWN_CARDINALITY
        return min(known) if known else INFINITE_CARDINALITY

    def _row_count(self):
        return None if self._picks is None else self._n

    def _pieces(self, run):
        if self._n:
            yield np.arange(self._n, dtype=np.int64)

    def _make(self, run):
        iterators = map_structure(lambda d: iter(d._elements(run)), self._datasets)
        while True:
            try:
                yield map_structure(next, iterators)
            except StopIteration:
                return


class Concatenate(Dataset):
    def __init__(self, first, second):
        self._inputs = (first, second)
        specs = [d.element_spec for d in self._inputs]
        a, b = map(flatten, specs)
        if len(a) != len(b) or any(getattr(s, "dtype", None) != getattr(t, "dtype", None) for s, t in zip(a, b)):  # noqa: B905
            raise TypeError(f"Incompatible dataset elements:\n  {specs[0]} vs.   {specs[1]}")

    def _spec(self):
        return _merged(*[d.element_spec for d in self._inputs])

    def _size(self):
        sizes = [d._size() for d in self._inputs]
        if INFINITE_CARDINALITY in sizes:
            return INFINITE_CARDINALITY
        return UNKNOWN_CARDINALITY if UNKNOWN_CARDINALITY in sizes else sum(sizes)

    def _make(self, run):
        for d in self._inputs:
            yield from d._elements(run)


def _merged(a, b):
    """The structure of specs of elements of either kind."""
    if isinstance(a, TensorSpec):
        return TensorSpec(merged_shapes(a.shape, b.shape), a.dtype)
    if isinstance(a, dict):
        return {k: _merged(a[k], b[k]) for k in a}
    if isinstance(a, (tuple, list)):
        made = [_merged(x, y) for x, y in zip(a, b, strict=True)]
        return type(a)(*made) if hasattr(a, "_fields") else type(a)(made)
    return a


class Batch(_Of):
    def __init__(self, source, size, drop):
        super().__init__(source)
        self._batch, self._drop = size, drop
        if source._picks is not None and source._picks[0] == "rows":
            self._picks = ("batches", source._picks[1])

    def _spec(self):
        n = self._source._size()
        first = self._batch if self._drop or n == INFINITE_CARDINALITY else None
        return map_structure(lambda s: _batched_spec(s, first), self._source.element_spec)

    def _size(self):
        n = self._source._size()
        return n if n < 0 else n // self._batch if self._drop else -(-n // self._batch)

    def _row_count(self):
        n = self._source._row_count()
        return n if n is None or not self._drop else n // self._batch * self._batch

    def _pieces(self, run):
        size, rest = self._batch, None
        for chunk in self._source._pieces(run):
            if rest is not None:
                need = size - len(rest)
                rest, chunk = np.concatenate([rest, chunk[:need]]), chunk[need:]
                if len(rest) < size:
                    continue
                yield _run_of(rest, size, 1)
            full = len(chunk) // size
            if full:
                yield _run_of(chunk[: full * size], size, full)
            rest = chunk[full * size :] if full * size < len(chunk) else None
        if rest is not None and not self._drop:
            yield _run_of(rest, len(rest), 1)

    def _make(self, run):
        elements = iter(self._source._elements(run))
        while True:
            group = list(itertools.islice(elements, self._batch))
            if not group or len(group) < self._batch and self._drop:
                return
            yield _stacked(group)


def _batched_spec(s, first):
    if not isinstance(s, TensorSpec):
        return s
    return TensorSpec(None if s.shape is None else (first, *s.shape), s.dtype)


def _stacked(group):
    """One structure of arrays of several structures of leaves."""
    first = group[0]
    if isinstance(first, dict):
        return {k: _stacked([g[k] for g in group]) for k in first}
    if isinstance(first, tuple):
        made = [_stacked(leaves) for leaves in zip(*group, strict=True)]
        return type(first)(*made) if hasattr(first, "_fields") else tuple(made)
    if first is None:
        return None
    leaves = group if type(first) is np.ndarray else [_as_array(leaf) for leaf in group]
    first = leaves[0]
    out = np.empty((len(leaves), *first.shape), first.dtype)
    for k, leaf in enumerate(leaves):
        if leaf.shape != first.shape:
            raise ValueError(
                "batch: Cannot add tensor to the batch: number of elements does not match. Shapes are: [tensor]: "
                f"{list(leaf.shape)}, [batch]: {list(first.shape)}. (padded_batch pads them.)"
            )
        out[k] = leaf
    return out


class PaddedBatch(_Of):
    def __init__(self, source, size, shapes, values, drop):
        super().__init__(source)
        self._batch, self._drop = size, drop
        self._shapes, self._values = shapes, values

    def _spec(self):
        n = self._batch if self._drop else None

        def spec(s, shape):
            shape = s.shape if shape is None else tuple(None if d in (None, -1) else int(d) for d in shape)
            return TensorSpec((n, *(shape or ())), s.dtype)

        return _with_shapes(spec, self._source.element_spec, self._shapes)

    def _size(self):
        n = self._source._size()
        return n if n < 0 else n // self._batch if self._drop else -(-n // self._batch)

    def _make(self, run):
        elements = iter(self._source._elements(run))
        while True:
            group = list(itertools.islice(elements, self._batch))
            if not group or len(group) < self._batch and self._drop:
                return
            yield self._padded(group, self._shapes, self._values)

    def _padded(self, group, shapes, values):
        first = group[0]
        if isinstance(first, dict):
            return {k: self._padded([g[k] for g in group], _part(shapes, k), _part(values, k)) for k in first}
        if isinstance(first, tuple):
            columns = enumerate(zip(*group, strict=True))
            return tuple([self._padded(c, _part(shapes, k), _part(values, k)) for k, c in columns])
        leaves = [_as_array(leaf) for leaf in group]
        longest = [max(sizes) for sizes in zip(*[a.shape for a in leaves], strict=True)]
        if shapes is not None:
            wanted = [None if d in (None, -1) else int(d) for d in _plain_shape(shapes)]
            if len(wanted) != len(longest) or any(
                d is not None and n > d for n, d in zip(longest, wanted, strict=True)
            ):
                raise ValueError(
                    "padded_batch: Attempted to pad to a smaller size than the input element. Received: "
                    f"padded_shapes={tuple(wanted)}, the largest element {tuple(longest)}."
                )
            longest = [n if d is None else d for n, d in zip(longest, wanted, strict=True)]
        filling = (b"" if leaves[0].dtype.kind == "O" else 0) if values is None else _as_numpy(_as_tensor(values))
        out = np.full((len(leaves), *longest), filling, leaves[0].dtype)
        for k, a in enumerate(leaves):
            out[(k, *map(slice, a.shape))] = a
        return out


def _part(structure, k):
    return structure[k] if isinstance(structure, (dict, tuple)) and not _is_shape(structure) else structure


def _is_shape(x):
    return isinstance(x, (tuple, list)) and all(d is None or isinstance(d, int) for d in x)


def _plain_shape(shape):
    return np.asarray(shape).tolist() if isinstance(shape, (Tensor, np.ndarray)) else shape


def _with_shapes(function, spec, shapes):
    if isinstance(spec, dict):
        return {k: _with_shapes(function, s, _part(shapes, k)) for k, s in spec.items()}
    if isinstance(spec, tuple):
        return tuple([_with_shapes(function, s, _part(shapes, k)) for k, s in enumerate(spec)])
    return function(spec, None if shapes is None else _plain_shape(shapes))


class Unbatch(_Of):
    def _spec(self):
        def spec(s):
            if s.shape == ():
                raise ValueError("Cannot unbatch an input with scalar components.")
            return TensorSpec(None if s.shape is None else s.shape[1:], s.dtype)

        return map_structure(spec, self._source.element_spec)

    def __init__(self, source):
        super().__init__(source)
        if any(getattr(s, "shape", None) == () for s in flatten(source.element_spec)):
            raise ValueError("Cannot unbatch an input with scalar components.")

    def _size(self):
        n = self._source._size()
        firsts = {s.shape[0] if s.shape else None for s in flatten(self._source.element_spec)}
        if n < 0:
            return n
        return n * firsts.pop() if len(firsts) == 1 and None not in firsts else UNKNOWN_CARDINALITY

    def _make(self, run):
        for element in self._source._elements(run):
            arrays = map_structure(_as_array, element)
            sizes = {len(a) for a in flatten(arrays)}
            if len(sizes) != 1:
                raise ValueError(
                    f"unbatch: all components of an element must have one size. Received: {sorted(sizes)}."
                )
            for k in range(sizes.pop()):
                yield map_structure(lambda a, k=k: a[k], arrays)


class Enumerate(_Of):
    def __init__(self, source, start):
        super().__init__(source)
        self._start = start

    def _spec(self):
        return TensorSpec((), "int64"), self._source.element_spec

    def _make(self, run):
        return ((np.int64(k), element) for k, element in enumerate(self._source._elements(run), self._start))


class Window(_Of):
    def __init__(self, source, size, shift, stride, drop):
        super().__init__(source)
        self._window, self._shift, self._stride, self._drop = size, shift, stride, drop

    def _spec(self):
        return map_structure(DatasetSpec, self._source.element_spec)

    def _size(self):
        n = self._source._size()
        if n < 0:
            return n
        span = (self._window - 1) * self._stride + 1
        return max(0, (n - span) // self._shift + 1) if self._drop else -(-n // self._shift)

    def _make(self, run):
        span = (self._window - 1) * self._stride + 1
        elements = iter(self._source._elements(run))
        waiting = deque(itertools.islice(elements, span))
        while waiting:
            items = list(itertools.islice(waiting, 0, span, self._stride))
            if self._drop and len(items) < self._window:
                return
            yield self._columns(items, self._source.element_spec)
            for _ in range(self._shift):
                if waiting:
                    waiting.popleft()
                else:
                    next(elements, None)
            waiting.extend(itertools.islice(elements, span - len(waiting)))

    def _columns(self, items, spec):
        """A structure of datasets of the elements."""
        if isinstance(spec, dict):
            return {k: self._columns([item[k] for item in items], s) for k, s in spec.items()}
        if isinstance(spec, tuple):
            return tuple([self._columns([item[k] for item in items], s) for k, s in enumerate(spec)])
        return Listed(items, spec)


class DatasetSpec:
    """What is known of a dataset that is an element."""

    def __init__(self, element_spec):
        self.element_spec = element_spec

    def __eq__(self, other):
        return isinstance(other, DatasetSpec) and self.element_spec == other.element_spec

    def __hash__(self):
        return hash(repr(self))

    def __repr__(self):
        return f"DatasetSpec({self.element_spec}, ())"


# ------------------------------------------------------------------------------------------ functions on elements


class _Call:
    """A user's function on elements: as a plan if it can be traced, else as Python code.

    Args:
        spread: is a tuple its arguments, and anything else its one argument?
    """

    def __init__(self, function, spread=True):
        if not callable(function):
            raise TypeError(f"Dataset: the function must be callable. Received: {function!r}.")
        self.function = function
        self.spread = spread
        self.planned = function if isinstance(function, Function) else Function(function)
        self.traces = None  # can it be traced?

    def _arguments(self, element):
        element = map_structure(_as_tensor, element)
        if isinstance(element, tuple) and (self.spread or len(element) == 2):
            return element
        return (element,)

    def raw(self, element):
        """What the function returned, tensors for leaves."""
        args = self._arguments(element)
        if self.traces is False or not all(isinstance(t, Tensor) for t in flatten(args)):
            return self.function(*args)
        if self.traces:
            return self.planned(*args)
        try:
            result = self.planned(*args)
            self.traces = not any(isinstance(leaf, Dataset) for leaf in flatten(result))
            return result
        except Exception:  # noqa: BLE001  of tracing: what Python code may do, a trace may not
            self.traces = False
            return self.function(*args)

    def __call__(self, element):
        """The result, as an element."""
        return _result(self.raw(element))

    def draws(self):
        """Does it change variables, such as the state of random numbers? Then its calls must come in order."""
        return any(plan.updated for plan in self.planned._plans.values())

    def spec(self, dataset):
        """The structure of TensorSpecs of its results on the elements of a dataset."""
        try:
            return _merged(*[self._spec_with(dataset.element_spec, n) for n in (4, 6)])
        except Exception:  # noqa: BLE001  what shapes alone do not tell, an element does
            element = next(dataset._host_iterator(), None)
            if element is None:
                raise ValueError(
                    "Dataset: `element_spec` of a function's results is not known without an element."
                ) from None
            return map_structure(_leaf_spec, self(element))

    def _spec_with(self, spec, unknown):
        with shapes_only() as trace:

            def tensor(s):
                return symbolic(tuple([unknown if d is None else d for d in s.shape]), s.dtype, trace)

            args = map_structure(tensor, spec)
            result = self.function(*(args if isinstance(args, tuple) and self.spread else (args,)))
            return map_structure(_leaf_spec, _result(result, np.asarray))


def _leaf_spec(leaf):
    if isinstance(leaf, Dataset):
        return DatasetSpec(leaf.element_spec)
    return spec_of(leaf if isinstance(leaf, (Tensor, Texts)) else _as_array(leaf))


def _result(x, lists=None):
    """What a function returned, as an element: a list is one array; numbers and texts become arrays."""
    if isinstance(x, (Tensor, Dataset, Texts)) or x is None:
        return x
    if isinstance(x, dict):
        return {k: _result(v) for k, v in x.items()}
    if isinstance(x, tuple):
        made = [_result(v) for v in x]
        return type(x)(*made) if hasattr(x, "_fields") else tuple(made)
    if isinstance(x, list) and any(isinstance(v, Tensor) for v in x):
        return np.stack([np.asarray(v) for v in x])
    return _array(x.value() if isinstance(x, Variable) else x)


class _Calling(_Of):
    def __init__(self, source, function):
        super().__init__(source)
        self._function = _Call(function)


class Map(_Calling):
    def __init__(self, source, function, parallel):
        super().__init__(source, function)
        if parallel is not None and parallel != AUTOTUNE:
            parallel = _count("map", "num_parallel_calls", parallel, 1)
        self._parallel = parallel

    def _spec(self):
        return self._function.spec(self._source)

    def _make(self, run):
        elements = iter(self._source._elements(run))
        if self._parallel in (None, 1):
            yield from map(self._function, elements)
            return
        spent = 0.0
        for k, element in enumerate(itertools.islice(elements, LOOK + 1)):
            start = time.perf_counter()
            made = self._function(element)
            spent += time.perf_counter() - start if k else 0.0  # the first is traced
            yield made
        if spent < SLOW * LOOK or self._function.draws():
            yield from map(self._function, elements)
        else:
            yield from self._by_threads(elements, AUTO_THREADS if self._parallel == AUTOTUNE else self._parallel)

    def _by_threads(self, elements, n):
        from concurrent import futures

        pool = futures.ThreadPoolExecutor(n, thread_name_prefix="pyseq-map")
        finished = False
        try:
            yield from results_in_order(lambda element: pool.submit(self._function, element), elements, 2 * n)
            finished = True
        finally:
            pool.shutdown(wait=finished, cancel_futures=True)


class Filter(_Calling):
    def _size(self):
        n = self._source._size()
        return n if n == 0 else UNKNOWN_CARDINALITY if n >= 0 else n

    def _make(self, run):
        for element in self._source._elements(run):
            if _truth("filter", self._function.raw(element)):
                yield element


class TakeWhile(_Calling):
    def _size(self):
        return UNKNOWN_CARDINALITY

    def _make(self, run):
        return itertools.takewhile(
            lambda element: _truth("take_while", self._function.raw(element)), self._source._elements(run)
        )


def _truth(who, value):
    a = np.asarray(value)
    if a.dtype.kind != "b" or a.ndim:
        raise ValueError(
            f"{who}: Invalid `predicate`. `predicate` must return a `tf.bool` scalar tensor. Received: shape={a.shape}, "
            f"dtype={a.dtype}."
        )
    return bool(a)


class Interleave(_Calling):
    def __init__(self, source, function, cycle, block):
        super().__init__(source, function)
        self._function.traces = False  # it makes datasets
        self._cycle, self._block = cycle, block
        self._draws = True  # the datasets it makes may shuffle

    def _inner(self, element):
        made = self._function.raw(element)
        if not isinstance(made, Dataset):
            raise TypeError(f"`map_func` must return a `Dataset` object. Got {type(made)}.")
        return made

    def _spec(self):
        element = next(self._source._host_iterator(), None)
        if element is None:
            raise ValueError("interleave: `element_spec` is not known without an element.")
        return self._inner(element).element_spec

    def _size(self):
        n = self._source._size()
        return 0 if n == 0 else UNKNOWN_CARDINALITY

    def _make(self, run):
        elements = iter(self._source._elements(run))
        slots, ended, k = [None] * self._cycle, False, 0
        while True:
            if slots[k] is None and not ended:
                try:
                    slots[k] = iter(self._inner(next(elements))._elements(run))
                except StopIteration:
                    ended = True
            if slots[k] is not None:
                made = 0
                for element in itertools.islice(slots[k], self._block):
                    made += 1
                    yield element
                if made < self._block:
                    slots[k] = None
            elif ended and not any(slots):
                return
            k = (k + 1) % self._cycle


class Scan(_Of):
    def __init__(self, source, initial_state, function):
        super().__init__(source)
        self._state = _structure(initial_state)
        self._function = _Call(function, spread=False)

    def _spec(self):
        element = next(self._host_iterator(), None)
        if element is None:
            raise ValueError("scan: `element_spec` is not known without an element.")
        return map_structure(_leaf_spec, element)

    def _make(self, run):
        state = self._state
        for element in self._source._elements(run):
            result = self._function((state, element))
            if not isinstance(result, tuple) or len(result) != 2:
                raise TypeError("scan: `scan_func` must return (new_state, output_value).")
            state, output = result
            yield output
