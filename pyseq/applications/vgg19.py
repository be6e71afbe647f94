"""VGG19, and how its images are prepared."""

from pyseq.applications.imagenet_utils import decode_predictions, preprocessing
from pyseq.applications.parts import application
from pyseq.applications.vgg import vgg

VGG19 = application(vgg, "VGG19", "19 layers with weights, of 3x3 convolutions.", "vgg19", (2, 2, 4, 4, 4))
preprocess_input = preprocessing("caffe", __name__)

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]
