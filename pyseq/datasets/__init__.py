"""Data sets: `iris` and `digits` come with pyseq; `mnist` and `fashion_mnist` are downloaded once into Keras' cache."""

from pyseq.datasets import digits, fashion_mnist, iris, mnist

__all__ = ["digits", "fashion_mnist", "iris", "mnist"]
