"""Handwritten digits, 8 by 8 pixels, 1797 of them. Comes with pyseq."""

from __future__ import annotations

from pyseq.datasets import _embedded


def load_data(test_split=0.2, seed=113):
    """The digits, shuffled and split.

    Args:
        test_split: fraction in [0, 1] of the images that goes into the test part.
        seed: of the shuffling; the same seed gives the same split everywhere.
    Returns:
        (x_train, y_train), (x_test, y_test): x (N, 8, 8) uint8, ink from 0 to 16; y (N,) uint8, the digit.
    """
    return _embedded.split("digits.load_data", *_embedded.load("digits"), test_split, seed)
