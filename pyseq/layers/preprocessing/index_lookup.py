"""What IntegerLookup and StringLookup share: a vocabulary, and the numbers of its tokens."""

from __future__ import annotations

import numpy as np

from pyseq.core import config
from pyseq.layers.preprocessing.adapting import Adapting
from pyseq.layers.preprocessing.categories import OfCategories
from pyseq.layers.preprocessing.vocabulary import TokenCounts, read_file, without_specials


class IndexLookup(Adapting, OfCategories):
    """Tokens as their numbers in a vocabulary, or back.

    Numbers: 0 for the mask token, if there is one and `output_mode` is "int"; then those of tokens that are in no vocabulary;
    then the vocabulary's. Subclasses say how tokens look (`_token`) and look values up (`call`).
    """

    modes = ("int", "one_hot", "multi_hot", "count", "tf_idf")

    def __init__(
        self, max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights, invert, output_mode, sparse,
        pad_to_max_tokens, **kwargs,
    ):  # fmt: skip
        if max_tokens is not None and max_tokens <= 1:
            raise ValueError(f"If set, `max_tokens` must be greater than 1. Received: max_tokens={max_tokens}")
        if pad_to_max_tokens and max_tokens is None:
            raise ValueError(f"If pad_to_max_tokens is True, must set `max_tokens`. You passed max_tokens={max_tokens}")
        if num_oov_indices < 0:
            raise ValueError(
                f"`num_oov_indices` must be greater than or equal to 0. Received: num_oov_indices={num_oov_indices}"
            )
        if invert and output_mode != "int":
            raise ValueError(
                f"`output_mode` must be `'int'` when `invert` is true. Received: output_mode={output_mode}"
            )
        if idf_weights is not None and output_mode != "tf_idf":
            raise ValueError(
                f"`idf_weights` should only be set if `output_mode` is `'tf_idf'`. Received: idf_weights={idf_weights} and "
                f"output_mode={output_mode}"
            )
        kwargs.pop("vocabulary_size", None)  # of a configuration
        super().__init__(output_mode=output_mode, sparse=sparse, **kwargs)
        self.max_tokens = max_tokens
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.invert = invert
        self.pad_to_max_tokens = pad_to_max_tokens
        self.input_vocabulary = vocabulary if vocabulary is None or isinstance(vocabulary, str) else _listed(vocabulary)
        self.input_idf_weights = None if idf_weights is None else np.asarray(idf_weights).tolist()
        self._tokens, self._numbers, self.idf_weights = [], {}, None
        self._counts = TokenCounts()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    # ------------------------------------------------------------------------------------------ the vocabulary

    @property
    def _oov_start(self):
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    @property
    def _token_start(self):
        return self._oov_start + self.num_oov_indices

    @property
    def _specials(self):
        return [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices

    def vocabulary_size(self):
        """How many numbers there are, those of special tokens included."""
        return self._token_start + len(self._tokens)

    vocab_size = vocabulary_size

    def get_vocabulary(self, include_special_tokens=True):
        """The tokens by their numbers.

        Args:
            include_special_tokens: with the mask token and those for tokens out of the vocabulary?
        """
        return [*(self._specials if include_special_tokens else ()), *map(self._shown, self._tokens)]

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Set the tokens, instead of `adapt`.

        Args:
            vocabulary: list or array of tokens, or the path of a file with one in each line. Special tokens may stand first.
            idf_weights: a weight for each token, for the output mode "tf_idf".
        """
        if self.output_mode == "tf_idf" and idf_weights is None:
            raise ValueError("`idf_weights` must be set if output_mode is TF_IDF")
        if self.output_mode != "tf_idf" and idf_weights is not None:
            raise ValueError(
                f"`idf_weights` should only be set if output_mode is `'tf_idf'`. Received: output_mode={self.output_mode} and "
                f"idf_weights={idf_weights}"
            )
        tokens = read_file(vocabulary) if isinstance(vocabulary, str) else _listed(vocabulary)
        tokens = list(map(self._token, tokens))
        specials = [self._token(t) for t in self._specials if t is not None]
        weights = None if idf_weights is None else np.asarray(idf_weights, np.float32)
        if weights is not None and len(weights) != len(tokens):
            raise ValueError(
                f"`idf_weights` must be the same length as vocabulary. len(idf_weights) is {len(weights)}, len(vocabulary) is "
                f"{len(tokens)}"
            )
        mask, oov = (None if t is None else self._token(t) for t in (self.mask_token, self.oov_token))
        kept = without_specials(type(self).__name__, tokens, specials, mask, oov, self.invert)
        size = self._token_start + len(kept)
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                "Attempted to set a vocabulary larger than the maximum vocab size. "
                f"Passed vocab size is {size}, max vocab size is {self.max_tokens}."
            )
        self._use(kept, None if weights is None else weights[len(tokens) - len(kept) :])

    def _use(self, tokens, idf_weights=None):
        if not tokens:
            raise ValueError(f'Layer "{self.name}": the vocabulary must not be empty. Received: no token in the data.')
        self._tokens = tokens
        self._numbers = {token: k for k, token in enumerate(tokens, self._token_start)}
        if idf_weights is not None:
            mean = np.full(self._token_start, np.average(idf_weights))
            rest = np.zeros(self._depth() - self.vocabulary_size())
            self.idf_weights = np.concatenate([mean, idf_weights, rest]).astype(config.floatx())

    def _depth(self):
        return self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size()

    def _check_known(self):
        if self._tokens:
            return
        raise RuntimeError(
            f'Layer "{self.name}": the vocabulary must be set before the layer is called. Either pass a `vocabulary` argument '
            "to the layer, or call `adapt` with some sample data."
        )

    # ------------------------------------------------------------------------------------------ what was seen

    def reset_state(self):
        self._counts = TokenCounts()

    def update_state(self, data):
        """Let a batch count, too. A batch of one axis is one document.

        Raises:
            ValueError: the layer was given its vocabulary.
        """
        if self.input_vocabulary is not None:
            raise ValueError(
                f"Cannot adapt {type(self).__name__} layer after setting a static vocabulary via `vocabulary` argument or "
                "`set_vocabulary()` method."
            )
        a = self._adapted_values(np.asarray(data))
        self.count_documents(a.reshape(1, -1) if a.ndim < 2 else a.reshape(len(a), -1))

    def count_documents(self, rows):
        """Count rows of tokens, each a document."""
        self._counts.add(
            [row.tolist() if isinstance(row, np.ndarray) else row for row in rows], self.output_mode == "tf_idf"
        )

    def finalize_state(self):
        if self.input_vocabulary is not None:
            return
        specials = {self._token(t) for t in (self.mask_token, self.oov_token) if t is not None}
        n = None if self.max_tokens is None else self.max_tokens - self._token_start
        tokens = self._counts.most_common(n, specials)
        self._use(tokens, self._counts.idf_weights(tokens) if self.output_mode == "tf_idf" else None)
        self.reset_state()

    # ------------------------------------------------------------------------------------------ use

    def _looked_up(self, values, shared):
        """int64 numbers of an array of tokens; shared(tokens): integers by which unknown ones share their numbers."""
        self._check_known()
        flat, find = values.reshape(-1).tolist(), self._numbers.get
        found = np.fromiter([find(token, -1) for token in flat], np.int64, len(flat))
        if self.mask_token is not None:
            mask = self._token(self.mask_token)
            masked = np.fromiter([token == mask for token in flat], bool, len(flat))
            found[masked] = 0 if self.output_mode == "int" else -2
        (unknown,) = np.nonzero(found == -1)
        if len(unknown) and not self.num_oov_indices:
            raise ValueError(
                f'Layer "{self.name}": When `num_oov_indices=0` all inputs should be in vocabulary, found OOV values '
                f"{[self._shown(flat[k]) for k in unknown.tolist()]}, consider setting `num_oov_indices=1`."
            )
        if self.num_oov_indices == 1:
            found[unknown] = self._oov_start
        elif len(unknown):
            found[unknown] = self._oov_start + (shared(values.reshape(-1)[unknown]) % self.num_oov_indices).astype(
                np.int64
            )
        return found.reshape(values.shape)

    def _tokens_of(self, numbers):
        """The tokens with these numbers."""
        self._check_known()
        table = [*(self._token(t) for t in self._specials), *self._tokens]
        oov = self._token(self.oov_token)
        flat = [table[n] if 0 <= n < len(table) else oov for n in numbers.reshape(-1).tolist()]
        return flat, numbers.shape

    def _numbers_encoded(self, numbers):
        return self._encoded(numbers, self._depth(), factors=self.idf_weights)

    def compute_output_shape(self, input_shape):
        return self._encoded_shape(input_shape, self._depth() if self._tokens or self.pad_to_max_tokens else None)

    def get_config(self):
        tokens = self.input_vocabulary
        weights = self.input_idf_weights
        if tokens is None and self._tokens:  # what `adapt` found, so that it is in every file
            tokens = self.get_vocabulary(include_special_tokens=False)
            if self.idf_weights is not None:
                weights = self.idf_weights[self._token_start : self.vocabulary_size()].tolist()
        return {
            **super().get_config(), "invert": self.invert, "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices, "oov_token": self.oov_token, "mask_token": self.mask_token,
            "pad_to_max_tokens": self.pad_to_max_tokens, "idf_weights": weights, "vocabulary": tokens,
            "vocabulary_size": self.vocabulary_size() if self._tokens else None,
        }  # fmt: skip


def _listed(x):
    if isinstance(x, (list, tuple)):
        return list(x)
    return [t.decode() if isinstance(t, bytes) else t for t in np.asarray(x).reshape(-1).tolist()]
