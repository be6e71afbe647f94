"""Records what tf.keras 2.15's layers of image_cases.py do, for tests/layers/test_image_layers.py.

    python tests/layers/make_image.py

Run it with TensorFlow 2.15.1; it writes tests/fixtures/image_layers.npz and image_layers.json. What TensorFlow cannot do
on a CPU is recorded as None.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import tensorflow as tf  # noqa: E402

from tests.layers import image_cases as cases  # noqa: E402
from tests.parity.recording import Recorder  # noqa: E402

if __name__ == "__main__":
    recorder, facts = Recorder(), {"float32": {}, "float64": {}}
    for dtype, shown in facts.items():
        for name, case in cases.CASES.items():
            tf.keras.backend.clear_session()
            try:
                shown[name] = cases.run(tf, case, dtype)
            except Exception as error:
                print(dtype, name, type(error).__name__, str(error)[:150])
                shown[name] = None
    recorder.write("image_layers", {"made with": {"tensorflow": tf.__version__}, **facts})
