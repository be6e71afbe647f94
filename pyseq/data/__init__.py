"""Input pipelines: arrays cut into batches."""

from pyseq.data.arrays import ArrayBatches, split_for_validation

__all__ = ["ArrayBatches", "split_for_validation"]
