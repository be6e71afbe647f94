"""Records what tf.keras 2.15's layers of preprocessing_cases.py do, for tests/layers/test_preprocessing.py.

    python tests/layers/make_preprocessing.py

Run it with TensorFlow 2.15.1; it writes tests/fixtures/image_preprocessing.npz and .json.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import tensorflow as tf  # noqa: E402

from tests.layers import preprocessing_cases as cases  # noqa: E402
from tests.parity.recording import Recorder  # noqa: E402

if __name__ == "__main__":
    Recorder().write(
        "image_preprocessing",
        {
            "made with": {"tensorflow": tf.__version__},
            "values": {name: cases.run(tf, case) for name, case in cases.CASES.items()},
            "signatures": cases.signatures(tf),
            "errors": {text: cases.error_of(tf, text) for text in cases.ERRORS},
        },
    )
