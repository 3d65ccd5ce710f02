"""Makes models/emotion-mini-q8_0.gguf from raw data sets: see ../README.md."""
