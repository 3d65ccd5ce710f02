"""Makes models/embedding-mini.gguf: see ../README.md."""
