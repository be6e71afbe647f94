"""Records what tf.keras 2.15's layers do, for tests/layers/test_recorded.py.

    python tests/layers/make_layers.py

Run it with TensorFlow 2.15.1; it writes tests/fixtures/layers.npz and layers.json.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import tensorflow as tf  # noqa: E402

from tests.layers import cases  # noqa: E402
from tests.parity.recording import Recorder  # noqa: E402

if __name__ == "__main__":
    recorder, facts = Recorder(), {"float32": {}, "float64": {}}
    for dtype, shown in facts.items():
        for name, case in cases.CASES.items():
            tf.keras.backend.clear_session()
            shown[name] = cases.run(tf, case, dtype)
    recorder.write("layers", {"made with": {"tensorflow": tf.__version__}, **facts})
