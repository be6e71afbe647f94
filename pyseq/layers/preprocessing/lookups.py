"""IntegerLookup and StringLookup: integers and texts as their numbers in a vocabulary."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_dtype, as_tensor, int64
from pyseq.core.texts import Texts, string
from pyseq.layers.preprocessing.categories import on_values
from pyseq.layers.preprocessing.index_lookup import IndexLookup
from pyseq.ops import elementwise
from pyseq.ops.fingerprint import fingerprint64


class IntegerLookup(IndexLookup):
    """The number of each integer in a vocabulary.

    Args:
        max_tokens: the most numbers there may be, those of special tokens included; None: any.
        num_oov_indices: numbers for integers that are not in the vocabulary, shared among them; 0: they are errors.
        mask_token: an integer that gets the number 0, or none in other modes than "int"; oov_token: what stands for unknown
            ones with `invert`.
        vocabulary: list of integers or path of a file with one in each line; or use `adapt`.
        vocabulary_dtype: of the integers: "int64" or "int32".
        idf_weights: for "tf_idf", a weight for each integer of the vocabulary.
        invert: integers of numbers instead?
        output_mode: "int", "one_hot", "multi_hot", "count" or "tf_idf"; sparse: must be False.
        pad_to_max_tokens: in other modes than "int", as many columns as `max_tokens`?
    Input shape, output shape:
        any; the same, or as CategoryEncoding's.
    Example:
        >>> IntegerLookup(vocabulary=[12, 36])([12, 5, 36]).numpy()
        array([1, 0, 2])
    """

    def __init__(
        self, max_tokens=None, num_oov_indices=1, mask_token=None, oov_token=-1, vocabulary=None,
        vocabulary_dtype="int64", idf_weights=None, invert=False, output_mode="int", sparse=False,
        pad_to_max_tokens=False, **kwargs,
    ):  # fmt: skip
        if "max_values" in kwargs:
            max_tokens = kwargs.pop("max_values")
        if "num_oov_values" in kwargs:
            num_oov_indices = kwargs.pop("num_oov_values")
        if "mask_value" in kwargs:
            mask_token = kwargs.pop("mask_value")
        if "oov_value" in kwargs:
            oov_token = kwargs.pop("oov_value")
        if vocabulary_dtype not in ("int64", "int32"):
            raise ValueError(
                f"`vocabulary_dtype` must be 'int64' or 'int32'. Received: vocabulary_dtype={vocabulary_dtype}."
            )
        self.vocabulary_dtype = vocabulary_dtype
        super().__init__(
            max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights, invert, output_mode, sparse,
            pad_to_max_tokens, **kwargs,
        )  # fmt: skip

    _token = _shown = staticmethod(int)

    def _adapted_values(self, a):
        return a.astype(np.int64)

    def call(self, inputs):
        if isinstance(inputs, Texts):
            raise TypeError(f'Layer "{self.name}": the inputs must be integers. Received: texts. Use StringLookup.')
        if not inputs.dtype.is_integer:
            inputs = elementwise.cast(inputs, int64)
        if self.invert:
            return on_values("tokens", self._integers_of, inputs, as_dtype(self.vocabulary_dtype))
        self._check_known()
        return self._numbers_encoded(on_values("lookup", self._numbers_of, inputs, int64))

    def _numbers_of(self, a):
        integers, where = np.unique(a, return_inverse=True)
        return self._looked_up(integers, lambda unknown: unknown)[where].reshape(a.shape)

    def _integers_of(self, a):
        flat, shape = self._tokens_of(a)
        return np.asarray(flat, np.int64).reshape(shape)

    def get_config(self):
        return {**super().get_config(), "vocabulary_dtype": self.vocabulary_dtype}


class StringLookup(IndexLookup):
    """The number of each text in a vocabulary.

    Args:
        max_tokens: the most numbers there may be, those of special tokens included; None: any.
        num_oov_indices: numbers for texts that are not in the vocabulary, shared among them by FarmHash; 0: they are errors.
        mask_token: a text that gets the number 0, or none in other modes than "int"; oov_token: what stands for unknown texts
            with `invert`.
        vocabulary: list of texts or path of a file with one in each line; or use `adapt`.
        idf_weights: for "tf_idf", a weight for each text of the vocabulary.
        encoding: of texts that are bytes.
        invert: texts of numbers instead?
        output_mode: "int", "one_hot", "multi_hot", "count" or "tf_idf"; sparse: must be False.
        pad_to_max_tokens: in other modes than "int", as many columns as `max_tokens`?
    Input shape, output shape:
        any; the same, or as CategoryEncoding's.
    Example:
        >>> StringLookup(vocabulary=["a", "b"])(["a", "c", "b"]).numpy()
        array([1, 0, 2])
    """

    def __init__(
        self, max_tokens=None, num_oov_indices=1, mask_token=None, oov_token="[UNK]", vocabulary=None, idf_weights=None,
        encoding="utf-8", invert=False, output_mode="int", sparse=False, pad_to_max_tokens=False, **kwargs,
    ):  # fmt: skip
        self.encoding = encoding
        super().__init__(
            max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights, invert, output_mode, sparse,
            pad_to_max_tokens, **kwargs,
        )  # fmt: skip

    def _token(self, x):
        return x if isinstance(x, bytes) else str(x).encode(self.encoding)

    def _shown(self, token):
        return token.decode(self.encoding)

    def _adapted_values(self, a):
        if a.dtype.kind != "O":
            raise TypeError(f'Layer "{self.name}": `data` must be texts. Received: dtype={a.dtype}.')
        return a

    def call(self, inputs):
        if self.invert:
            flat, shape = self._tokens_of(np.asarray(inputs))
            made = np.empty(len(flat), dtype=object)
            made[:] = flat
            return Texts(made.reshape(shape))
        if not isinstance(inputs, Texts):
            raise TypeError(f'Layer "{self.name}": the inputs must be texts. Received: dtype={inputs.dtype.name}.')
        return self._numbers_encoded(as_tensor(self.numbers_of(np.asarray(inputs))))

    def numbers_of(self, texts):
        """int64 numbers of an array of bytes objects."""
        return self._looked_up(texts, fingerprint64)

    @property
    def _output_dtype(self):
        return string if self.invert else self._dtype

    def get_config(self):
        return {**super().get_config(), "encoding": self.encoding}
