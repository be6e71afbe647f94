"""Record in keras.json and programs.json what tf.keras does. With TensorFlow: python -m tests.callbacks.make_keras"""

import json
import logging
from pathlib import Path

import tensorflow as tf

from tests.callbacks import cases, programs


class Kept(logging.Handler):
    def __init__(self):
        super().__init__()
        self.texts = []

    def emit(self, record):
        text = record.getMessage()
        # Many models are made, and hooks that print are slow: that is not what the cases are about.
        if "retracing" not in text and "is slow compared to" not in text:
            self.texts.append(text)

    def take(self):
        texts, self.texts = list(dict.fromkeys(self.texts)), []
        return texts


kept = Kept()
tf.get_logger().addHandler(kept)
for file, facts in (
    ("keras.json", {name: cases.run(tf.keras, name, kept.take) for name in cases.CASES}),
    ("programs.json", {name: programs.run(tf.keras, name, kept.take) for name in programs.PROGRAMS}),
):
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(seen)}" for name, seen in facts.items())
    (Path(__file__).parent / file).write_text("{\n" + rows + "\n}\n")
