"""CategoryEncoding: category numbers as indicators or counts."""

from __future__ import annotations

from pyseq.core import config
from pyseq.layers.preprocessing.categories import OfCategories
from pyseq.ops import elementwise
from pyseq.ops.check import refuse_integers


class CategoryEncoding(OfCategories):
    """Indicators or counts of the category numbers in each sample.

    Args:
        num_tokens: how many categories there are; the numbers are in [0, num_tokens).
        output_mode: "multi_hot", "one_hot" or "count".
        sparse: must be False.
    Call arguments:
        count_weights: with "count", how much each number counts, of the inputs' shape.
    Input shape, output shape:
        (N, M); (N, num_tokens). "one_hot": (N,) or (N, 1); (N, num_tokens).
    Example:
        >>> CategoryEncoding(3)([[0, 2], [1, 1]]).numpy().tolist()
        [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """

    modes = ("count", "one_hot", "multi_hot")

    def __init__(self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs):
        kwargs["dtype"] = kwargs.get("dtype") or config.floatx()
        super().__init__(output_mode=output_mode, sparse=sparse, **kwargs)
        if num_tokens is None:
            raise ValueError(
                "num_tokens must be set to use this layer. If the number of tokens is not known beforehand, use the "
                "IntegerLookup layer instead."
            )
        if num_tokens < 1:
            raise ValueError(f"`num_tokens` must be >= 1. Received: num_tokens={num_tokens}.")
        self.num_tokens = int(num_tokens)

    def call(self, inputs, count_weights=None):
        if count_weights is not None and self.output_mode != "count":
            raise ValueError(
                f"`count_weights` is not used when `output_mode` is not `'count'`. Received `count_weights={count_weights}`."
            )
        numbers = inputs if inputs.dtype.is_integer else elementwise.cast(inputs, "int64")
        refuse_integers(numbers, 0, self.num_tokens, self._out_of_range)
        return self._encoded(numbers, self.num_tokens, count_weights)

    def _out_of_range(self, found):
        return ValueError(
            f'Layer "{self.name}": Input values must be in the range 0 <= values < num_tokens with num_tokens={self.num_tokens}. '
            f"Received: {found}."
        )

    def compute_output_shape(self, input_shape):
        return self._encoded_shape(input_shape, self.num_tokens)

    def get_config(self):
        return {**super().get_config(), "num_tokens": self.num_tokens}
