"""What is believed about Azure: one belief a file, with the answer that would make it false."""
