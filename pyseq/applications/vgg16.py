"""VGG16, and how its images are prepared."""

from pyseq.applications.imagenet_utils import decode_predictions, preprocessing
from pyseq.applications.parts import application
from pyseq.applications.vgg import vgg

VGG16 = application(vgg, "VGG16", "16 layers with weights, of 3x3 convolutions.", "vgg16", (2, 2, 3, 3, 3))
preprocess_input = preprocessing("caffe", __name__)

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]
