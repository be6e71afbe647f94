"""Networks for images, with tf.keras' names, layers and weights: random ones, or those of a file.

    resnet50, vgg16, ...   a family each: its models, `preprocess_input`, `decode_predictions`
    ResNet50, VGG16, ...   the models

A family is imported when it is first used.
"""

from pyseq._faces import missing as _missing

_FAMILIES = {
    "densenet": "DenseNet121 DenseNet169 DenseNet201",
    "efficientnet": " ".join(f"EfficientNetB{k}" for k in range(8)),
    "imagenet_utils": "",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "resnet": "ResNet50 ResNet101 ResNet152",
    "resnet50": "",
    "resnet_v2": "ResNet50V2 ResNet101V2 ResNet152V2",
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "xception": "Xception",
}
_LATER = {family: f"{__name__}.{family}" for family in _FAMILIES} | {
    name: f"{__name__}.{family}:{name}" for family, names in _FAMILIES.items() for name in names.split()
}
__all__ = list(_LATER)
__getattr__ = _missing(__name__, lambda: __all__, _LATER)


def __dir__():
    return sorted(__all__)
