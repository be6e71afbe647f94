"""Data sets of the images in a folder."""

from __future__ import annotations

from pyseq.utils.directory import datasets_from_directory
from pyseq.utils.extras import needed
from pyseq.utils.image_pixels import opened, pixels
from pyseq.utils.image_utils import check_color_mode, check_size, smart_resize
from pyseq.utils.resize import check_method, resize

WHO = "image_dataset_from_directory"
FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


def image_dataset_from_directory(
    directory, labels="inferred", label_mode="int", class_names=None, color_mode="rgb", batch_size=32, image_size=(256, 256),
    shuffle=True, seed=None, validation_split=None, subset=None, interpolation="bilinear", follow_links=False,
    crop_to_aspect_ratio=False, **kwargs,
):  # fmt: skip
    """A Dataset of images, or of images and labels, of the files in a folder: BMP, GIF (the first picture), JPEG, PNG.

    Args:
        directory: the folder.
        labels: "inferred": the folders in it are the classes; a list of integers, one for each file in sorted order; None: none.
        label_mode: "int": int32; "categorical": one-hot rows; "binary": float32 0 or 1; None: no labels.
        class_names: names of the folders, in the order that numbers them; sorted by default.
        color_mode: "rgb", "rgba" or "grayscale".
        batch_size: None: no batches.
        image_size: (height, width).
        shuffle: in random order? seed: of the order.
        validation_split: fraction of the files, the last ones, for validation.
        subset: "training", "validation" or "both" (a list of two data sets), of `validation_split`.
        interpolation: "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian" or "mitchellcubic".
        follow_links: go into folders that are links?
        crop_to_aspect_ratio: cut images to the proportions of `image_size` in place of distorting them?
    Returns:
        Dataset of float32 (batch, height, width, channels), 0 to 255 (uint8 for "nearest"); attributes `class_names`, `file_paths`.
    Raises:
        ImportError: Pillow is not installed. ValueError: an argument is wrong, or there are no files.
    """
    crop_to_aspect_ratio = kwargs.pop("smart_resize", crop_to_aspect_ratio)
    if kwargs:
        raise TypeError(f"{WHO}: unknown keyword argument. Received: {sorted(kwargs)}.")
    channels = check_color_mode(WHO, color_mode)
    size = check_size(WHO, "image_size", image_size)
    method = check_method(WHO, interpolation)
    needed("PIL.Image", WHO)

    def load(path):
        image = decoded(path.numpy(), channels)
        image = smart_resize(image, size, method) if crop_to_aspect_ratio else resize(image, size, method)
        return image if method == "nearest" else image.astype("float32", copy=False)

    return datasets_from_directory(
        WHO, directory, labels, label_mode, FORMATS, load, batch_size, class_names=class_names, shuffle=shuffle, seed=seed,
        validation_split=validation_split, subset=subset, follow_links=follow_links,
    )  # fmt: skip


def decoded(path, channels):
    """The image of a file, uint8 (height, width, channels), as TensorFlow's decoders give it: transparency is dropped.

    But JPEG files are decoded exactly, where TensorFlow's fast transform is off by up to 4.
    """
    with open(path, "rb") as f:
        content = f.read()
    try:
        return pixels(opened(WHO, content, channels), channels)
    except OSError as error:
        raise ValueError(f"{WHO}: {path!r} is no image, or damaged. {error}") from None
