"""tf.io: files, and images in them (image_files.py of tf.image)."""

from pyseq._faces import missing as _missing
from pyseq.tf.io import gfile

_LATER = {name: f"pyseq.tf.io.files:{name}" for name in ("matching_files", "read_file", "write_file")} | {
    name: f"pyseq.tf.image_files:{name}"
    for name in (
        "decode_and_crop_jpeg", "decode_bmp", "decode_gif", "decode_image", "decode_jpeg", "decode_png", "encode_jpeg",
        "encode_png", "extract_jpeg_shape", "is_jpeg",
    )
}  # fmt: skip
__all__ = ["gfile", *_LATER]
__getattr__ = _missing(__name__, lambda: __all__, _LATER)


def __dir__():
    return sorted(__all__)
