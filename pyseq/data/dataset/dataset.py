"""tf.data.Dataset: the public methods. Each makes a node of the pipeline; what it does is in the nodes."""

from __future__ import annotations

import numpy as np

from pyseq._faces import nearest
from pyseq.core import Tensor, Variable
from pyseq.core.structure import flatten, map_structure
from pyseq.data.dataset import batching, mixing, picking, sources, transforming
from pyseq.data.dataset.elements import leaf_spec, structure_of
from pyseq.data.dataset.iteration import Iterable
from pyseq.data.dataset.node import INFINITE, UNKNOWN
from pyseq.data.dataset.options import Options
from pyseq.data.spec import as_any_dtype

AUTOTUNE = -1
INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = INFINITE, UNKNOWN
CYCLE = 4  # datasets that `interleave` keeps open unless told


class Dataset(Iterable):
    """Elements that follow each other, each a tensor or a tuple or dict of them.

    Made by `from_tensor_slices`, `from_tensors`, `from_generator`, `range`, `zip`; every other method gives a new dataset.
    Source: tf.data.Dataset.

    Example:
        >>> dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1024).batch(32)
        >>> model.fit(dataset, epochs=3)
    """

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        near = nearest(name, dir(type(self)))
        raise AttributeError(f"Dataset: has no {name!r}." + (f" Nearest: {', '.join(near)}." if near else ""))

    # -------------------------------------------------------------------------------------- sources

    @staticmethod
    def from_tensor_slices(tensors, name=None):
        """A dataset of the slices of arrays along their first axis. `tensors`: an array or a tuple or dict of them."""
        return Dataset(sources.TensorSlice(structure_of(tensors)))

    @staticmethod
    def from_tensors(tensors, name=None):
        """A dataset of one element."""
        element = structure_of(tensors)
        return Dataset(sources.Listed([element], map_structure(leaf_spec, element)))

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
        spec = sources.signature_of(output_types, output_shapes, output_signature)
        return Dataset(sources.Generator(generator, args or (), spec))

    @staticmethod
    def range(*args, output_type="int64", name=None):
        """A dataset of the numbers of `range(*args)`."""
        return Dataset(sources.Range(range(*[int(a) for a in args]), as_any_dtype(output_type)))

    @staticmethod
    def zip(*args, datasets=None, name=None):
        """A dataset whose elements are structures of the elements of `datasets`; ends with the shortest."""
        if bool(args) == (datasets is not None):
            raise TypeError("zip: Must pass datasets as arguments, or one structure of them as `datasets`.")
        if args:
            datasets = args if len(args) > 1 else args[0]
        for d in flatten(datasets):
            if not isinstance(d, Dataset):
                raise TypeError(
                    "Invalid input to `zip`. Inputs are expected to be (nested) structures of `tf.data.Dataset` objects. "
                    f"Received: {type(d).__name__}."
                )
        if not flatten(datasets):
            raise TypeError("zip: there must be a dataset. Received: none.")
        return Dataset(picking.Zip(map_structure(lambda d: d._node, datasets)))

    @staticmethod
    def list_files(file_pattern, shuffle=None, seed=None, name=None):
        """The paths of the files that match a glob pattern or any of a list of them, shuffled anew each time unless told."""
        files = sources.matching_files(file_pattern)
        dataset = Dataset.from_tensor_slices(files)
        return dataset.shuffle(len(files), seed) if shuffle is None or shuffle else dataset

    @staticmethod
    def sample_from_datasets(
        datasets, weights=None, seed=None, stop_on_empty_dataset=False, rerandomize_each_iteration=None
    ):
        """Elements of `datasets` at random, with `weights` (equal by default)."""
        mixing.same_elements("sample_from_datasets", datasets)
        weights = np.ones(len(datasets)) if weights is None else np.asarray(weights, "float64")
        if weights.shape != (len(datasets),) or (weights < 0).any() or not weights.sum() > 0:
            raise ValueError(
                f"sample_from_datasets: `weights` must be {len(datasets)} numbers from 0 on, not all 0. Received: {weights}."
            )
        if rerandomize_each_iteration is not None and rerandomize_each_iteration != (seed is None):
            raise NotImplementedError(
                "sample_from_datasets: a seed gives the same choices each time, no seed new ones."
            )
        wanted = [d._node for d, w in zip(datasets, weights, strict=True) if w]
        if len(wanted) == 1:
            return Dataset(wanted[0])
        return Dataset(mixing.Sampled(wanted, weights[weights > 0], seed, bool(stop_on_empty_dataset)))

    @staticmethod
    def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=True):
        """Elements of those of `datasets` whose numbers `choice_dataset` gives."""
        mixing.same_elements("choose_from_datasets", datasets)
        nodes = [d._node for d in datasets]
        return Dataset(mixing.DirectedInterleave(nodes, choice_dataset._node, bool(stop_on_empty_dataset)))

    # -------------------------------------------------------------------------------------- which, in what order

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
        if buffer_size == UNKNOWN and self._node.size() >= 0:
            buffer_size = max(1, self._node.size())
        size = _count("shuffle", "buffer_size", buffer_size, 1)
        reshuffle = True if reshuffle_each_iteration is None else bool(reshuffle_each_iteration)
        return Dataset(picking.Shuffle(self._node, size, None if seed is None else int(seed), reshuffle))

    def repeat(self, count=None, name=None):
        """The elements `count` times; without end if it is None or -1."""
        return Dataset(picking.Repeat(self._node, -1 if count is None else _count("repeat", "count", count)))

    def take(self, count, name=None):
        """The first `count` elements; all if it is -1."""
        return Dataset(picking.Take(self._node, _count("take", "count", count)))

    def skip(self, count, name=None):
        """All but the first `count` elements; none if it is -1."""
        return Dataset(picking.Skip(self._node, _count("skip", "count", count)))

    def shard(self, num_shards, index, name=None):
        """Every `num_shards`th element, from number `index` on."""
        n = _count("shard", "num_shards", num_shards, 1)
        k = _count("shard", "index", index, 0)
        if k >= n:
            raise ValueError(f"shard: `index` must be less than `num_shards`. Received: index={k}, num_shards={n}.")
        return Dataset(picking.Shard(self._node, n, k))

    def filter(self, predicate, name=None):
        """The elements of which `predicate(*element)` is true."""
        return Dataset(transforming.Filter(self._node, predicate))

    def take_while(self, predicate, name=None):
        """The elements up to the first of which `predicate(*element)` is false."""
        return Dataset(transforming.TakeWhile(self._node, predicate))

    def unique(self, name=None):
        """The elements that did not come before."""
        return Dataset(mixing.Unique(self._node))

    def concatenate(self, dataset, name=None):
        """These elements, then those of another dataset."""
        if not isinstance(dataset, Dataset):
            raise TypeError(f"concatenate: `dataset` must be a Dataset. Received: {type(dataset).__name__}.")
        return Dataset(transforming.Concatenate(self._node, dataset._node))

    # -------------------------------------------------------------------------------------- together and apart

    def batch(self, batch_size, drop_remainder=False, num_parallel_calls=None, deterministic=None, name=None):
        """Batches of `batch_size` elements.

        Args:
            drop_remainder: leave a shorter last one out?
            num_parallel_calls, deterministic: without effect on the batches or their order.
        """
        return Dataset(batching.Batch(self._node, _count("batch", "batch_size", batch_size, 1), bool(drop_remainder)))

    def padded_batch(self, batch_size, padded_shapes=None, padding_values=None, drop_remainder=False, name=None):
        """Batches of elements of different shapes, padded at the end.

        Args:
            padded_shapes: structure of shapes; None or -1: as long as the longest of the batch. By default, all so.
            padding_values: structure of numbers or a number; zero (or the empty text) by default.
        """
        size = _count("padded_batch", "batch_size", batch_size, 1)
        return Dataset(
            batching.PaddedBatch(self._node, size, padded_shapes, padding_values, bool(drop_remainder))
        )  # fmt: skip

    def bucket_by_sequence_length(
        self, element_length_func, bucket_boundaries, bucket_batch_sizes, padded_shapes=None, padding_values=None,
        pad_to_bucket_boundary=False, no_padding=False, drop_remainder=False, name=None,
    ):  # fmt: skip
        """Padded batches of elements of about one length.

        Args:
            element_length_func: (*element) -> its length.
            bucket_boundaries: lengths at which the next bucket begins. bucket_batch_sizes: one more of them.
            pad_to_bucket_boundary: to the longest that a bucket holds? By default to the longest of the batch.
        """
        boundaries, sizes = mixing.checked_buckets(bucket_boundaries, bucket_batch_sizes)
        return Dataset(
            mixing.Bucketed(
                self._node, element_length_func, boundaries, sizes, padded_shapes, padding_values,
                bool(pad_to_bucket_boundary), not no_padding, bool(drop_remainder),
            )
        )  # fmt: skip

    def unbatch(self, name=None):
        """The slices of elements along their first axis."""
        return Dataset(batching.Unbatch(self._node))

    def rebatch(self, batch_size, drop_remainder=False, name=None):
        """Batches of another size."""
        return self.unbatch().batch(batch_size, drop_remainder)

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None):
        """Datasets of `size` elements, every `stride`th; the next begins `shift` (by default `size`) elements later."""
        size = _count("window", "size", size, 1)
        shift = size if shift is None else _count("window", "shift", shift, 1)
        stride = _count("window", "stride", stride, 1)
        return Dataset(batching.Window(self._node, size, shift, stride, bool(drop_remainder), Dataset))

    # -------------------------------------------------------------------------------------- functions

    def map(self, map_func, num_parallel_calls=None, deterministic=None, name=None):
        """The results of `map_func(*element)` (of a tuple, else `map_func(element)`).

        The function is traced once for each shape of its arguments, and runs as a plan; one that cannot be traced runs as
        Python code.

        Args:
            num_parallel_calls: threads that call it if it takes its time; AUTOTUNE: as many as seem good.
            deterministic: without effect: elements always come in order.
        """
        if num_parallel_calls is not None and num_parallel_calls != AUTOTUNE:
            num_parallel_calls = _count("map", "num_parallel_calls", num_parallel_calls, 1)
        return Dataset(transforming.Map(self._node, map_func, num_parallel_calls))

    def flat_map(self, map_func, name=None):
        """The elements of the datasets `map_func(*element)`, one dataset after the other."""
        return Dataset(transforming.Interleave(self._node, map_func, 1, 1, "FlatMap"))

    def interleave(
        self, map_func, cycle_length=None, block_length=None, num_parallel_calls=None, deterministic=None, name=None
    ):
        """The elements of the datasets `map_func(*element)`, `block_length` of each of `cycle_length` in turn.

        Args:
            num_parallel_calls, deterministic: without effect on the elements or their order.
        """
        if num_parallel_calls is not None and num_parallel_calls != AUTOTUNE:
            _count("interleave", "num_parallel_calls", num_parallel_calls, 1)
        cycle = CYCLE if cycle_length in (None, AUTOTUNE) else _count("interleave", "cycle_length", cycle_length, 1)
        block = 1 if block_length is None else _count("interleave", "block_length", block_length, 1)
        return Dataset(transforming.Interleave(self._node, map_func, cycle, block))

    def scan(self, initial_state, scan_func, name=None):
        """The outputs of `state, output = scan_func(state, element)`."""
        return Dataset(transforming.Scan(self._node, initial_state, scan_func))

    def enumerate(self, start=0, name=None):
        """(number, element), counted from `start`."""
        return Dataset(transforming.Enumerate(self._node, int(start)))

    def apply(self, transformation_func):
        """`transformation_func(self)`."""
        made = transformation_func(self)
        if not isinstance(made, Dataset):
            raise TypeError(f"`transformation_func` must return a `tf.data.Dataset` object. Got {type(made)}.")
        return made

    # -------------------------------------------------------------------------------------- the same elements

    def prefetch(self, buffer_size, name=None):
        """The same; elements that take their time are made by a thread, up to `buffer_size` (AUTOTUNE: a few) ahead."""
        return Dataset(picking.Prefetch(self._node, _count("prefetch", "buffer_size", buffer_size, -1)))

    def cache(self, filename="", name=None):
        """The same; kept in memory the first time that all were asked for."""
        if filename:
            raise NotImplementedError(
                f"cache: datasets are cached in memory only. Use cache(). Received: filename={filename!r}."
            )
        return Dataset(picking.Cache(self._node))

    def with_options(self, options, name=None):
        """The same, with settings."""
        if not isinstance(options, Options):
            raise TypeError(f"with_options: `options` must be tf.data.Options. Received: {type(options).__name__}.")
        return Dataset(picking.Options(self._node, options))

    def options(self):
        """The settings given by `with_options`."""
        return self._node.options() or Options()

    def save(self, path, compression=None, shard_func=None, checkpoint_args=None):
        """Not there yet: files of datasets."""
        raise NotImplementedError("Dataset.save: datasets are not written to files. Save arrays with numpy.savez.")

    @staticmethod
    def load(path, element_spec=None, compression=None, reader_func=None):
        """Not there yet: files of datasets."""
        raise NotImplementedError("Dataset.load: datasets are not read from files. Load arrays with numpy.load.")


class TextLineDataset(Dataset):
    """The lines of text files, without what ends them, as texts of bytes.

    Args:
        filenames: a path, or a list or dataset of them.
        compression_type: None, "GZIP" or "ZLIB".
        buffer_size, num_parallel_reads: without effect on the lines or their order.
    Source: tf.data.TextLineDataset.
    """

    def __init__(self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None, name=None):
        if compression_type not in (None, "", "GZIP", "ZLIB"):
            raise ValueError(
                f"TextLineDataset: `compression_type` must be None, 'GZIP' or 'ZLIB'. Received: {compression_type!r}."
            )
        before = filenames._node if isinstance(filenames, Dataset) else None
        files = None if before is not None else sources.files_of(filenames)
        super().__init__(sources.TextLine(files, before, compression_type))


def _count(who, name, value, least=None):
    """An integer argument; `least` None: -1 is allowed, too."""
    if isinstance(value, (Tensor, np.ndarray)):
        value = int(value)
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) < (-1 if least is None else least):
        must = "-1 or more" if least is None else f"at least {least}"
        raise ValueError(f"{who}: `{name}` must be an integer of {must}. Received: {name}={value!r}.")
    return int(value)
