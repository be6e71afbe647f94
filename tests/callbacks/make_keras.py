"""Record in keras.json what tf.keras does in the cases. Run from the root, with TensorFlow: python -m tests.callbacks.make_keras"""

import json
import logging
from pathlib import Path

import tensorflow as tf

from tests.callbacks import cases


class Kept(logging.Handler):
    def __init__(self):
        super().__init__()
        self.texts = []

    def emit(self, record):
        if "retracing" not in record.getMessage():  # that many models are made is not the cases' subject
            self.texts.append(record.getMessage())

    def take(self):
        texts, self.texts = list(dict.fromkeys(self.texts)), []
        return texts


kept = Kept()
tf.get_logger().addHandler(kept)
facts = {name: cases.run(tf.keras, name, kept.take) for name in cases.CASES}
rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(seen)}" for name, seen in facts.items())
(Path(__file__).parent / "keras.json").write_text("{\n" + rows + "\n}\n")
