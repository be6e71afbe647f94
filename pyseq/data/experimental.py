"""tf.data.experimental: older names of what tf.data has, most of them functions for `Dataset.apply`."""

from pyseq._faces import missing as _missing
from pyseq.core import as_tensor as _as_tensor
from pyseq.data.dataset import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
from pyseq.data.dataset import Dataset as _Dataset
from pyseq.data.dataset.node import INFINITE as _INFINITE
from pyseq.data.dataset.node import Of as _Of

sample_from_datasets = _Dataset.sample_from_datasets


def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=False):
    """Elements of those of `datasets` whose numbers `choice_dataset` gives."""
    return _Dataset.choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset)


def cardinality(dataset):
    """The number of elements of a dataset as a tensor; -1: infinite, -2: unknown."""
    return dataset.cardinality()


def get_single_element(dataset):
    """The element of a dataset of one."""
    return dataset.get_single_element()


def assert_cardinality(expected_cardinality):
    """For `Dataset.apply`: says how many elements there are where that is not known, as after `filter` or `from_generator`.

    Raises:
        ValueError: when it is iterated: there are more or fewer.
    """
    return lambda dataset: _Dataset(_Counted(dataset._node, int(_as_tensor(expected_cardinality))))


def bucket_by_sequence_length(
    element_length_func, bucket_boundaries, bucket_batch_sizes, padded_shapes=None, padding_values=None,
    pad_to_bucket_boundary=False, no_padding=False, drop_remainder=False,
):  # fmt: skip
    """`Dataset.bucket_by_sequence_length` for `Dataset.apply`."""
    return lambda dataset: dataset.bucket_by_sequence_length(
        element_length_func, bucket_boundaries, bucket_batch_sizes, padded_shapes, padding_values,
        pad_to_bucket_boundary, no_padding, drop_remainder,
    )  # fmt: skip


def enumerate_dataset(start=0):
    """`Dataset.enumerate` for `Dataset.apply`."""
    return lambda dataset: dataset.enumerate(start)


def map_and_batch(map_func, batch_size, num_parallel_batches=None, drop_remainder=False, num_parallel_calls=None):
    """`Dataset.map`, then `Dataset.batch`, for `Dataset.apply`.

    Args:
        num_parallel_batches, num_parallel_calls: only one of them; batches or elements that are made at the same time.
    """
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise ValueError("map_and_batch: `num_parallel_batches` and `num_parallel_calls` must not both be given.")
    calls = num_parallel_calls if num_parallel_batches is None else num_parallel_batches * batch_size
    return lambda dataset: dataset.map(map_func, calls).batch(batch_size, drop_remainder)


def scan(initial_state, scan_func):
    """`Dataset.scan` for `Dataset.apply`."""
    return lambda dataset: dataset.scan(initial_state, scan_func)


def shuffle_and_repeat(buffer_size, count=None, seed=None):
    """`Dataset.shuffle`, then `Dataset.repeat`, for `Dataset.apply`."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def take_while(predicate):
    """`Dataset.take_while` for `Dataset.apply`."""
    return lambda dataset: dataset.take_while(predicate)


def unbatch():
    """`Dataset.unbatch` for `Dataset.apply`."""
    return lambda dataset: dataset.unbatch()


def unique():
    """`Dataset.unique` for `Dataset.apply`."""
    return lambda dataset: dataset.unique()


class _Counted(_Of):
    """The elements, of which there must be so many."""

    def __init__(self, source, expected):
        super().__init__(source)
        self.expected = expected

    def size(self):
        return self.expected

    def make(self, run):
        seen = 0
        for element in self.source.elements(run):
            seen += 1
            if seen > self.expected != _INFINITE:
                raise ValueError(
                    f"assert_cardinality: the dataset was expected to contain {self.expected} elements but contained "
                    f"at least {seen}."
                )
            yield element
        if seen != self.expected:
            expected = "infinitely many" if self.expected == _INFINITE else self.expected
            raise ValueError(
                f"assert_cardinality: the dataset was expected to contain {expected} elements but contained only {seen}."
            )


__all__ = [
    "AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "assert_cardinality", "bucket_by_sequence_length",
    "cardinality", "choose_from_datasets", "enumerate_dataset", "get_single_element", "map_and_batch",
    "sample_from_datasets", "scan", "shuffle_and_repeat", "take_while", "unbatch", "unique",
]  # fmt: skip
__getattr__ = _missing(__name__, lambda: __all__)
