"""Money is reckoned with in binary floating point."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.conservation import INEXACT_MONEY

_APP = """
from decimal import Decimal
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
"""
_FLOATS = """
class Line(BaseModel):
    price: float
    weight: float
    quantity: int
"""
_MONEY = frozenset({"price", "amount", "balance", "fee", "cost", "total", "subtotal", "salary", "payment", "deposit"})
_EXACT = frozenset({"round", "Decimal", "quantize", "int", "to_cents"})
_RECKONS = (ast.Add, ast.Sub, ast.Mult)


class FloatMoney(Rule):
    """Sums, differences and products of a field that is named like money and declared as a float.

    Left alone: what is rounded or made a decimal in the same expression, division (for averages and shares), and
    floats by other names. The field's class and the reckoning may be in different files.
    """

    id = "float-money"
    weakness = INEXACT_MONEY
    firing = (
        Sample("a sum of prices", {"main.py": _APP + _FLOATS + """
@app.post("/quotes")
def quote(lines: list[Line]):
    return {"total": sum(line.price * line.quantity for line in lines)}
"""}),
        Sample("a column that is added to", {"main.py": """
from flask import Flask, request
from sqlalchemy import Column, Float, Integer
from sqlalchemy.orm import declarative_base

app = Flask(__name__)

class Account(declarative_base()):
    __tablename__ = "accounts"
    id = Column(Integer, primary_key=True)
    balance = Column(Float)

@app.post("/deposit")
def deposit():
    account = find()
    account.balance += request.json["amount"]
    return {"balance": account.balance}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("rounded where it is reckoned", {"main.py": _APP + _FLOATS + """
@app.post("/quotes")
def quote(lines: list[Line]):
    return {"total": round(sum(line.price * line.quantity for line in lines), 2)}
"""}),
        Sample("a decimal", {"main.py": _APP + """
class Line(BaseModel):
    price: Decimal
    quantity: int

@app.post("/quotes")
def quote(lines: list[Line]):
    return {"total": sum(line.price * line.quantity for line in lines)}
"""}),
        Sample("no money", {"main.py": _APP + _FLOATS + """
@app.post("/parcels")
def parcels(lines: list[Line]):
    return {"weight": sum(line.weight * line.quantity for line in lines)}
"""}),
        Sample("only told", {"main.py": _APP + _FLOATS + """
@app.post("/prices")
def price(line: Line):
    return {"price": line.price}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Arithmetic on attributes that some class declares so."""
        declared = {name for file in context.tree.files for name in _declared(file.tree)}
        for function in context.analysis.functions if declared else ():
            exact = {id(inner) for call in ast.walk(function.node) if _makes_exact(call) for inner in ast.walk(call)}
            for node in ast.walk(function.node):
                name = _reckoned(node)
                if name in declared and id(node) not in exact:
                    yield Hit(node, function, f"{name} is a float: sums and products of it are no exact amounts")
                    break


def _declared(tree: ast.AST) -> Iterator[str]:
    """Fields of classes that are named like money and hold floats."""
    for node in ast.walk(tree):
        for each in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
                name, kind = each.target.id, ast.unparse(each.annotation)
            elif isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                name, kind = each.targets[0].id, ast.unparse(each.value)
            else:
                continue
            says = {part for part in ast.walk(ast.parse(kind)) if isinstance(part, ast.Name | ast.Attribute)}
            kinds = {part.id if isinstance(part, ast.Name) else part.attr for part in says}
            if {*name.lower().split("_")} & _MONEY and kinds & {"float", "Float", "FloatField"}:
                yield name


def _reckoned(node: ast.AST) -> str | None:
    """The attribute that an arithmetic expression or assignment works on."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, _RECKONS):
        operands: list[ast.expr] = [node.left, node.right]
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, _RECKONS):
        operands = [node.target, node.value]
    else:
        return None
    return next((each.attr for each in operands if isinstance(each, ast.Attribute)), None)


def _makes_exact(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return called in _EXACT
