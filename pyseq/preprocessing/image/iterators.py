"""Batches of images from arrays, changed by an ImageDataGenerator, in the order NumPy's global generator decides."""

from __future__ import annotations

import os
import threading
import warnings

import numpy as np

from pyseq.core import config
from pyseq.data.sequence import Sequence
from pyseq.utils.image_utils import array_to_img, check_data_format

SUBSETS = ("training", "validation")


class Iterator(Sequence):
    """Batches without end by `next`, or by number, as a Sequence.

    Args:
        n: number of samples.
        batch_size: samples of a batch.
        shuffle: a new order each epoch?
        seed: NumPy's global generator is seeded with it, plus the number of batches made, before each batch; None: it is not.
    Subclasses define `_get_batches_of_transformed_samples(index_array)`.
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(self, n, batch_size, shuffle, seed):
        if batch_size < 1:
            raise ValueError(f"{type(self).__name__}: `batch_size` must be at least 1. Received: {batch_size}.")
        self.n, self.batch_size, self.shuffle, self.seed = n, batch_size, shuffle, seed
        self.batch_index = 0
        self.total_batches_seen = 0
        self.index_array = None
        self.lock = threading.Lock()

    def __getstate__(self):  # for worker processes
        return {name: value for name, value in vars(self).items() if name != "lock"}

    def __setstate__(self, state):
        vars(self).update(state, lock=threading.Lock())

    def __len__(self):
        return -(-self.n // self.batch_size)

    def __getitem__(self, idx):
        if idx >= len(self):
            raise ValueError(f"{type(self).__name__}: asked for batch {idx} of {len(self)}.")
        self._seed_batch()
        if self.index_array is None:
            self._set_index_array()
        return self._get_batches_of_transformed_samples(self._rows(idx))

    def __iter__(self):
        return self

    def __next__(self):
        return self.next()

    def next(self):
        """The next batch. Images are changed outside of the lock, so several threads may ask."""
        with self.lock:
            self._seed_batch()
            if self.batch_index == 0:
                self._set_index_array()
            rows = self._rows(self.batch_index)
            self.batch_index = (self.batch_index + 1) % max(len(self), 1)
        return self._get_batches_of_transformed_samples(rows)

    def on_epoch_end(self):
        """A new order."""
        self._set_index_array()

    def reset(self):
        """Begin again with the first batch."""
        self.batch_index = 0

    def _seed_batch(self):
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)
        self.total_batches_seen += 1

    def _set_index_array(self):
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _rows(self, k):
        return self.index_array[self.batch_size * k : self.batch_size * (k + 1)]

    def _get_batches_of_transformed_samples(self, index_array):
        raise NotImplementedError(
            f"{type(self).__name__}: an Iterator must define `_get_batches_of_transformed_samples(self, index_array)`."
        )

    def _save(self, batch, index_array, most):
        """Write the images of a batch to `save_to_dir`, if there is one, under names with a random number below `most`."""
        if not self.save_to_dir:
            return
        for image, number in zip(batch, index_array, strict=True):
            name = f"{self.save_prefix}_{number}_{np.random.randint(most)}.{self.save_format}"
            array_to_img(image, self.data_format, scale=True).save(os.path.join(self.save_to_dir, name))


class NumpyArrayIterator(Iterator):
    """Batches of images from an array; what ImageDataGenerator.flow gives. Arguments as there."""

    def __init__(
        self, x, y, image_data_generator, batch_size=32, shuffle=False, sample_weight=None, seed=None, data_format=None,
        save_to_dir=None, save_prefix="", save_format="png", subset=None, ignore_class_split=False, dtype=None,
    ):  # fmt: skip
        self.data_format = check_data_format("ImageDataGenerator.flow", data_format)
        self.dtype = dtype or config.floatx()
        self.image_data_generator = image_data_generator
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        x, misc = _with_misc(x)
        y, weights = (None if a is None else np.asarray(a) for a in (y, sample_weight))
        _check_lengths(x, misc, y, weights)
        kept = self._kept(len(x), y, subset, ignore_class_split)
        self.x = np.asarray(x[kept], dtype=self.dtype)
        self.x_misc = [a[kept] for a in misc]
        self.y = None if y is None else y[kept]
        self.sample_weight = None if weights is None else weights[kept]
        self._check_images()
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _kept(self, n, y, subset, ignore_class_split):
        """The samples of a subset: the validation samples come first."""
        if subset is None:
            return slice(None)
        check_subset(subset)
        n_validation = int(n * self.image_data_generator._validation_split)
        if y is not None and not ignore_class_split:
            if not np.array_equal(np.unique(y[:n_validation]), np.unique(y[n_validation:])):
                raise ValueError(
                    "ImageDataGenerator.flow: training and validation samples have different classes. If the samples are sorted "
                    "by class, shuffle them; if that is as it should be, pass ignore_class_split=True."
                )
        return slice(0, n_validation) if subset == "validation" else slice(n_validation, None)

    def _check_images(self):
        if self.x.ndim != 4:
            raise ValueError(
                f"ImageDataGenerator.flow: `x` must have four axes (images). Received: x.shape={self.x.shape}."
            )
        warn_of_channels("ImageDataGenerator.flow", self.x.shape, self.data_format)

    def _get_batches_of_transformed_samples(self, index_array):
        batch = np.empty((len(index_array), *self.x.shape[1:]), dtype=self.dtype)
        for k, number in enumerate(index_array):
            batch[k] = self.image_data_generator._changed(self.x[number].copy())
        self._save(batch, index_array, 10_000)
        x = [batch, *(a[index_array] for a in self.x_misc)] if self.x_misc else batch
        if self.y is None:
            return x
        if self.sample_weight is None:
            return x, self.y[index_array]
        return x, self.y[index_array], self.sample_weight[index_array]


def _with_misc(x):
    """Images, and the arrays that go with them: `x` may be (images, array) or (images, [array, ...])."""
    if not isinstance(x, (tuple, list)):
        return np.asarray(x), []
    if len(x) != 2:
        raise ValueError(
            "ImageDataGenerator.flow: `x` must be an array, or a pair of images and what goes with them: an array or a list "
            f"of arrays. Received: a {type(x).__name__} of {len(x)}."
        )
    return np.asarray(x[0]), [np.asarray(a) for a in (x[1] if isinstance(x[1], list) else [x[1]])]


def _check_lengths(x, misc, y, weights):
    for name, a in (*(("x[1]", a) for a in misc), ("y", y), ("sample_weight", weights)):
        if a is not None and len(a) != len(x):
            raise ValueError(
                f"ImageDataGenerator.flow: `{name}` must be as long as `x`. Received: len(x)={len(x)}, len({name})={len(a)}."
            )


def check_subset(subset):
    """`subset` must be one of SUBSETS."""
    if subset not in SUBSETS:
        raise ValueError(f"ImageDataGenerator: `subset` must be one of {SUBSETS}. Received: subset={subset!r}.")


def warn_of_channels(who, shape, data_format):
    """Images of a batch of this shape should have 1, 3 or 4 channels."""
    axis = 3 if data_format == "channels_last" else 1
    if shape[axis] not in (1, 3, 4):
        warnings.warn(
            f"{who}: with data_format={data_format!r} the images have {shape[axis]} channels (shape {shape}); 1, 3 or 4 were "
            "expected.",
            stacklevel=4,
        )
