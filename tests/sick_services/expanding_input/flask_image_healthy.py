"""The size that the image announces is looked at first."""

import io

from flask import Flask, request
from PIL import Image, UnidentifiedImageError

app = Flask(__name__)
MOST_PIXELS = 20_000_000


@app.post("/avatars")
def avatar():
    try:
        image = Image.open(io.BytesIO(request.files["image"].read()))
        if image.width * image.height > MOST_PIXELS:
            return {"error": "too large"}, 413
        small = image.convert("RGB").resize((64, 64))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return {"error": "no image"}, 422
    return {"size": small.size}, 201
