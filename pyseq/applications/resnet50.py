"""ResNet50 and how its images are prepared: as in `resnet`."""

from pyseq.applications.resnet import ResNet50, decode_predictions, preprocess_input

__all__ = ["ResNet50", "decode_predictions", "preprocess_input"]
