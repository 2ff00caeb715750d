"""A Flask service with things below things, which paths call by other words than the collections they lie in."""

from __future__ import annotations

from flask import Flask, Response, jsonify


def make() -> Flask:
    app = Flask(__name__)
    houses: list[int] = []
    errands: dict[int, int] = {}

    @app.post("/houses")
    def build() -> tuple[Response, int]:
        houses.append(len(houses) * 7 + 1)
        return jsonify(id=houses[-1], owner_id=5), 201

    @app.post("/houses/<int:house_id>/errands")
    def add(house_id: int) -> tuple[Response, int]:
        if house_id not in houses:
            return jsonify(error="not found"), 404
        number = 40 + len(errands) * 3
        errands[number] = house_id
        return jsonify(id=number), 201

    @app.post("/houses/<int:house_id>/errands/<int:task_id>/done")
    def do(house_id: int, task_id: int) -> tuple[Response, int]:
        if errands.get(task_id) != house_id:
            return jsonify(error="not found"), 404
        return jsonify(id=task_id, done=True), 200

    @app.delete("/houses/<int:house_id>/errands/<int:task_id>")
    def drop(house_id: int, task_id: int) -> tuple[Response, int]:
        if errands.get(task_id) != house_id:
            return jsonify(error="not found"), 404
        del errands[task_id]
        return jsonify(id=task_id), 200

    return app
