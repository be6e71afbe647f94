"""Records what tf.keras 2.15's layers do, for tests/layers/test_recorded.py, test_custom.py and test_masks.py.

    python tests/layers/make_layers.py

Run it with TensorFlow 2.15.1; it writes tests/fixtures/layers.npz, layers.json, custom_layers.json and masks.json.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import tensorflow as tf  # noqa: E402

from tests.layers import cases, custom_cases, mask_cases  # noqa: E402
from tests.parity.recording import FIXTURES, Recorder, compact_json  # noqa: E402

if __name__ == "__main__":
    recorder, facts = Recorder(), {"float32": {}, "float64": {}}
    for dtype, shown in facts.items():
        for name, case in cases.CASES.items():
            tf.keras.backend.clear_session()
            shown[name] = cases.run(tf, case, dtype)
    recorder.write("layers", {"made with": {"tensorflow": tf.__version__}, **facts})
    tf.keras.backend.clear_session()
    (FIXTURES / "custom_layers.json").write_text(compact_json({"outcomes": custom_cases.outcomes(tf)}))
    (FIXTURES / "masks.json").write_text(compact_json({"trained": mask_cases.outcomes(tf)}))
