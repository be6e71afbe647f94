"""Record what TensorFlow gives for image_cases.py: run with tensorflow-cpu 2.15.1, writes tests/fixtures/tf_image.npz and .json."""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import tensorflow as tf  # noqa: E402

from tests.parity.recording import Recorder  # noqa: E402
from tests.tf import image_cases as cases  # noqa: E402

if __name__ == "__main__":
    Recorder().write(
        "tf_image",
        {
            "values": {text: cases.evaluate(tf, text) for text in cases.EXPRESSIONS},
            "gradients": {text: cases.differentiate(tf, text) for text in cases.DIFFERENTIATED},
            "signatures": cases.signatures(tf),
        },
    )
