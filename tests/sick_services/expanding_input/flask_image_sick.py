"""An image is decoded before anybody looks at how large it is."""

import io

from flask import Flask, request
from PIL import Image, UnidentifiedImageError

app = Flask(__name__)


@app.post("/avatars")
def avatar():
    try:
        image = Image.open(io.BytesIO(request.files["image"].read()))
        small = image.convert("RGB").resize((64, 64))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return {"error": "no image"}, 422
    return {"size": small.size}, 201
