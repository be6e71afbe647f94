"""pyseq."""
