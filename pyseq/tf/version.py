"""tf.version: that of the TensorFlow whose names and numbers these are, and pyseq's own behind it."""

from pyseq._version import __version__

VERSION = f"2.15.1+pyseq.{__version__}"
GIT_VERSION = f"pyseq-{__version__}"
COMPILER_VERSION = "see `python -m pyseq info`"
GRAPH_DEF_VERSION = 0
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
