"""The commands of `python -m pyseq`, one file each."""
