"""One run: preparation outside the box, the engine inside it, and the folder that keeps what happened."""
