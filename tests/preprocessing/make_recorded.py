"""Record what tf.keras answers to the cases: run in the repository's root with tensorflow-cpu 2.15.1, Pillow, SciPy and pandas

python -m tests.preprocessing.make_recorded
"""

import tempfile
import warnings

from tests.preprocessing import recording
from tests.preprocessing.cases import CASES, answers

if __name__ == "__main__":
    import tensorflow as tf

    warnings.simplefilter("ignore")
    files, records = recording.make_files(), {}
    with tempfile.TemporaryDirectory() as folder:
        recording.write_files(files, folder)
        for name in CASES:
            records[name] = answers(name, tf.keras, folder)
    recording.write(records, files)
