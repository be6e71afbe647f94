"""Records what tf.keras 2.15's BatchNormalization does in the cases of batch_cases.py, for tests/layers/test_batch_normalization.py.

    python tests/layers/make_batch.py

Run it with TensorFlow 2.15.1; it writes tests/fixtures/batch_normalization.npz and batch_normalization.json.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import tensorflow as tf  # noqa: E402

from tests.layers import batch_cases as cases  # noqa: E402
from tests.parity.recording import Recorder  # noqa: E402

if __name__ == "__main__":
    recorder = Recorder()
    shown = {name: cases.run(tf, name) for name in cases.CASES}
    recorder.write("batch_normalization", {"made with": {"tensorflow": tf.__version__}, "cases": shown})
