"""TextVectorization: texts as the numbers of their words."""

from __future__ import annotations

import re

import numpy as np

from pyseq.core import as_tensor, config, int64
from pyseq.core.structure import is_shape
from pyseq.core.tensor_shape import TensorShape
from pyseq.core.texts import Texts, as_texts, is_texts
from pyseq.layers.base import Layer
from pyseq.layers.preprocessing.adapting import Adapting
from pyseq.layers.preprocessing.categories import encoded
from pyseq.layers.preprocessing.lookups import StringLookup
from pyseq.registry import get_registered_name, get_registered_object

PUNCTUATION = re.compile(rb"""[!"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']""")
STANDARDIZE = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
SPLIT = ("whitespace", "character")
MODES = ("int", "count", "multi_hot", "tf_idf")


class TextVectorization(Adapting, Layer):
    """Texts as rows of word numbers, or as indicators or counts of words.

    Each text is standardized, split into tokens, the tokens joined to n-grams, and these looked up in a vocabulary.

    Args:
        max_tokens: the most tokens the vocabulary may have, special ones included; None: any.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation", None, or a function of texts.
        split: "whitespace", "character", None (a text is a token), or a function that gives the tokens of each text.
        ngrams: n: all n-grams up to that; a tuple: those; None: tokens as they are.
        output_mode: "int", "multi_hot", "count" or "tf_idf".
        output_sequence_length: for "int", how long the rows are; None: as long as the longest. Shorter ones end in zeros.
        pad_to_max_tokens: in other modes than "int", as many columns as `max_tokens`?
        vocabulary: list of texts or path of a file with one in each line; or use `adapt`.
        idf_weights: for "tf_idf", a weight for each token of the vocabulary.
        sparse, ragged: must be False, such tensors do not exist here.
        encoding: of texts that are bytes.
    Input shape, output shape:
        (N,) or (N, 1); (N, T), or (N, tokens).
    Example:
        >>> TextVectorization(vocabulary=["foo", "bar"])(["Foo bar!", "bar baz foo"]).numpy()
        array([[2, 3, 0],
               [3, 1, 2]])
    """

    def __init__(
        self, max_tokens=None, standardize="lower_and_strip_punctuation", split="whitespace", ngrams=None,
        output_mode="int", output_sequence_length=None, pad_to_max_tokens=False, vocabulary=None, idf_weights=None,
        sparse=False, ragged=False, encoding="utf-8", **kwargs,
    ):  # fmt: skip
        kwargs.pop("vocabulary_size", None)  # of a configuration
        if kwargs.get("dtype") not in (None, "string"):
            raise ValueError(f"`TextVectorization` may only have a dtype of string. Received dtype: {kwargs['dtype']}.")
        super().__init__(**{**kwargs, "dtype": "string"})
        self.standardize = _choice("standardize", _from_config(standardize), STANDARDIZE)
        self.split = _choice("split", _from_config(split), SPLIT)
        if output_mode not in MODES:
            raise ValueError(
                "Unkown value for `output_mode` argument of layer TextVectorization. Allowed values are: one of the following "
                f"values: {MODES}. Received: {output_mode}"
            )
        if not (ngrams is None or isinstance(ngrams, int) or isinstance(ngrams, (tuple, list)) and is_shape(ngrams)):
            raise ValueError(f"`ngrams` must be None, an integer, or a tuple of integers. Received: ngrams={ngrams}")
        if output_mode != "int" and output_sequence_length is not None:
            raise ValueError(
                "`output_sequence_length` must not be set if `output_mode` is not 'int'. Received "
                f"output_sequence_length={output_sequence_length}."
            )
        for name, value in (("sparse", sparse), ("ragged", ragged)):
            if value:
                raise NotImplementedError(
                    f"TextVectorization: {name} tensors do not exist here, so `{name}` must be False. Received: {name}={value}."
                )
        self.max_tokens = max_tokens
        self.ngrams = ngrams
        self._widths = range(1, ngrams + 1) if isinstance(ngrams, int) else ngrams
        self.output_mode = output_mode
        self.output_sequence_length = output_sequence_length
        self.encoding = encoding
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens, vocabulary=vocabulary, idf_weights=idf_weights, pad_to_max_tokens=pad_to_max_tokens,
            mask_token="", output_mode=output_mode, encoding=encoding,
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------ the vocabulary

    def vocabulary_size(self):
        """How many numbers there are, those of special tokens included."""
        return self._lookup_layer.vocabulary_size()

    def get_vocabulary(self, include_special_tokens=True):
        """The tokens by their numbers; see `StringLookup.get_vocabulary`."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Set the tokens, instead of `adapt`; see `StringLookup.set_vocabulary`."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights=idf_weights)

    def reset_state(self):
        self._lookup_layer.reset_state()

    def update_state(self, data):
        """Let a batch of texts count, too."""
        layer = self._lookup_layer
        if layer.input_vocabulary is not None:
            layer.update_state(data)  # raises
        found = self._tokens(as_texts(data))
        layer.count_documents(found if isinstance(found, list) else [np.asarray(found).reshape(-1)])

    def finalize_state(self):
        self._lookup_layer.finalize_state()

    # ------------------------------------------------------------------------------------------ tokens

    def _tokens(self, texts):
        """What the texts are made of: a list of lists of bytes, or Texts if they are not split."""
        texts = self._standardized(texts)
        if self.split is None:
            rows = texts
        else:
            if texts.ndim > 1:
                if texts.shape[-1] != 1:
                    raise ValueError(
                        "When using `TextVectorization` to tokenize strings, the input rank must be 1 or the last shape "
                        f"dimension must be 1. Received: inputs.shape={texts.shape} with rank={texts.ndim}"
                    )
                texts = texts.reshaped(texts.shape[:-1])
            rows = self._split(texts)
        if self.ngrams is None:
            return rows
        if isinstance(rows, Texts):
            rows = [row.tolist() for row in np.atleast_1d(np.asarray(rows)).reshape(-1, max(1, rows.shape[-1]))]
        return [[b" ".join(row[k : k + n]) for n in self._widths for k in range(len(row) - n + 1)] for row in rows]

    def _standardized(self, texts):
        if self.standardize is None:
            return texts
        if callable(self.standardize):
            return as_texts(self.standardize(texts))
        made = np.array(texts, dtype=object)
        for k, text in enumerate(made.flat):
            text = text.lower() if "lower" in self.standardize else text  # of ASCII letters, as TensorFlow
            made.flat[k] = PUNCTUATION.sub(b"", text) if "strip" in self.standardize else text
        return Texts(made)

    def _split(self, texts):
        if callable(self.split):
            found = self.split(texts)
            if is_texts(found) and not isinstance(found, list):
                found = np.asarray(as_texts(found))
            return [np.asarray(as_texts(row)).tolist() if len(row) else [] for row in found]
        flat = np.asarray(texts).reshape(-1).tolist()
        if self.split == "whitespace":
            return [text.split() for text in flat]
        return [[c.encode() for c in text.decode(self.encoding, "replace")] for text in flat]

    # ------------------------------------------------------------------------------------------ use

    def call(self, inputs):
        if not isinstance(inputs, Texts):
            raise TypeError(f'Layer "{self.name}": the inputs must be texts. Received: dtype={inputs.dtype.name}.')
        rows = self._tokens(inputs)
        if isinstance(rows, Texts):
            return self._lookup_layer(rows)
        numbers = self._table(rows, None if self.output_mode == "int" else -1)
        if self.output_mode != "int":
            layer = self._lookup_layer
            numbers = encoded(
                as_tensor(numbers), self.output_mode, layer._depth(), layer._dtype, factors=layer.idf_weights
            )
        else:
            numbers = as_tensor(numbers)
        return numbers if inputs.shape else numbers[0]

    def _table(self, rows, filler):
        """(N, T) numbers of rows of tokens; where they are shorter, `filler`, or 0 up to the length asked for."""
        length = self.output_sequence_length if filler is None else None
        longest = max(map(len, rows), default=0) if length is None else length
        table = np.full((len(rows), longest), filler or 0, np.int64)
        flat = np.empty(sum(map(len, rows)), dtype=object)
        flat[:] = [token for row in rows for token in row]
        numbers = self._lookup_layer.numbers_of(flat)
        at = 0
        for k, row in enumerate(rows):
            n = min(len(row), longest)
            table[k, :n] = numbers[at : at + n]
            at += len(row)
        return table

    @property
    def _output_dtype(self):
        return int64 if self.output_mode == "int" else config.floatx()

    def compute_output_shape(self, input_shape):
        shape = TensorShape(input_shape)
        if self.output_mode == "int":
            if self.split is None:
                return shape
            return shape[:1] + (self.output_sequence_length,)
        return shape[:1] + self._lookup_layer.compute_output_shape((None, None))[1:]

    def get_config(self):
        inner = self._lookup_layer.get_config()
        return {
            **super().get_config(), "max_tokens": self.max_tokens, "standardize": _for_config(self.standardize),
            "split": _for_config(self.split), "ngrams": self.ngrams, "output_mode": self.output_mode,
            "output_sequence_length": self.output_sequence_length, "sparse": False, "ragged": False,
            "encoding": self.encoding, "vocabulary_size": self.vocabulary_size(),
            **{k: inner[k] for k in ("pad_to_max_tokens", "vocabulary", "idf_weights")},
        }  # fmt: skip


def _choice(name, value, names):
    if value is None or callable(value) or value in names:
        return value
    raise ValueError(
        f"Unkown value for `{name}` argument of layer TextVectorization. If restoring a model and `{name}` is a custom callable, "
        f"please ensure the callable is registered as a custom object. Allowed values are: `None`, a `Callable`, or one of the "
        f"following values: {names}. Received: {value}"
    )


def _for_config(function):
    return get_registered_name(function) if callable(function) else function


def _from_config(value):
    """The function a configuration names."""
    if isinstance(value, dict):
        value = value.get("config", value)
    found = get_registered_object(value) if isinstance(value, str) and value not in STANDARDIZE + SPLIT else None
    return value if found is None else found
