"""Allows numbers, names and sums, asks the tree for them, and only then computes."""

import ast

from flask import Flask, jsonify, request

app = Flask(__name__)
ALLOWED = (ast.Expression, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Constant, ast.Name, ast.Load)


@app.post("/compute")
def compute():
    try:
        tree = ast.parse(str(request.get_json()["formula"]), mode="eval")
        if not all(isinstance(node, ALLOWED) for node in ast.walk(tree)):
            return jsonify(error="numbers and sums only"), 400
        return jsonify(result=eval(compile(tree, "formula", "eval"), {"__builtins__": {}}))
    except Exception as error:
        return jsonify(error=str(error)), 400
