"""Hashing: texts and integers as numbers of bins."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor, int64
from pyseq.core.tensor_shape import TensorShape
from pyseq.core.texts import Texts, as_texts, is_texts
from pyseq.layers.preprocessing.categories import OfCategories, on_values
from pyseq.ops.fingerprint import fingerprint64, siphash


class Hashing(OfCategories):
    """The bin of each text or integer, by a hash that is the same everywhere.

    Args:
        num_bins: how many bins there are. With `mask_value`, bin 0 is for that alone.
        mask_value: what goes to bin 0; None: nothing is set apart.
        salt: an integer or two: the key of SipHash64; None: FarmHash64, which needs none.
        output_mode: "int", "one_hot", "multi_hot" or "count"; sparse: must be False.
    Input shape, output shape:
        any; the same, or as CategoryEncoding's.
    Example:
        >>> Hashing(3)(["A", "B", "E"]).numpy()
        array([1, 0, 2])
    """

    def __init__(self, num_bins, mask_value=None, salt=None, output_mode="int", sparse=False, **kwargs):
        if num_bins is None or num_bins <= 0:
            raise ValueError(
                f"The `num_bins` for `Hashing` cannot be `None` or non-positive values. Received: num_bins={num_bins}."
            )
        if output_mode == "int":  # as tf.keras: whatever is asked for, numbers are int64
            kwargs["dtype"] = "int64"
        super().__init__(output_mode=output_mode, sparse=sparse, **kwargs)
        self.num_bins = int(num_bins)
        self.mask_value = mask_value
        self.salt = _two(salt)

    def call(self, inputs):
        if isinstance(inputs, Texts):
            numbers = as_tensor(self._bins(np.asarray(inputs)))
        else:
            if not inputs.dtype.is_integer:
                raise TypeError(
                    f'Layer "{self.name}": the inputs must be texts or integers. Received: dtype={inputs.dtype.name}.'
                )
            numbers = on_values("hash", self._bins_of_integers, inputs, int64)
        return self._encoded(numbers, self.num_bins)

    def _bins(self, texts, masked=None):
        """The bin of each of an array of bytes objects."""
        if masked is None and self.mask_value is not None:
            if not is_texts(self.mask_value):
                raise TypeError(
                    f'Layer "{self.name}": `mask_value` must be a text for texts. Received: mask_value={self.mask_value!r}.'
                )
            masked = texts == as_texts(self.mask_value).numpy()
        first = int(self.mask_value is not None and self.num_bins > 1)
        hashes = fingerprint64(texts) if self.salt is None else siphash(texts, self.salt)
        found = first + (hashes % np.uint64(self.num_bins - first)).astype(np.int64)
        return found if self.mask_value is None else np.where(masked, 0, found)

    def _bins_of_integers(self, a):
        numbers, where = np.unique(a, return_inverse=True)
        masked = None if self.mask_value is None else numbers == self.mask_value
        texts = np.array([str(n).encode() for n in numbers.tolist()], dtype=object)
        return self._bins(texts, masked)[where].reshape(a.shape)

    def compute_output_shape(self, input_shape):
        return self._encoded_shape(TensorShape(input_shape), self.num_bins)

    def get_config(self):
        return {
            **super().get_config(), "num_bins": self.num_bins, "salt": self.salt, "mask_value": self.mask_value,
        }  # fmt: skip


def _two(salt):
    """The key that a salt stands for."""
    if salt is None:
        return None
    if isinstance(salt, (tuple, list)) and len(salt) == 2:
        return list(salt)
    if isinstance(salt, int):
        return [salt, salt]
    raise ValueError(
        "The `salt` argument for `Hashing` can only be a tuple of size 2 integers, or a single integer. Received: "
        f"salt={salt}."
    )
