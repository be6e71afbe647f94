"""The version of pyseq: here alone, read by the build and by `pyseq.__version__`."""

__version__ = "0.1.0"
