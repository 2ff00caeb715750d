from decimal import Decimal
from typing import Annotated

from flask import Flask, Response, request
from pydantic import BaseModel, Field, ValidationError

app = Flask(__name__)


class Transfer(BaseModel):
    to: Annotated[str, Field(min_length=1, max_length=34)]
    amount: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]


@app.post("/transfers")
def transfer():
    try:
        wanted = Transfer.model_validate(request.get_json(silent=True))
    except ValidationError as problem:
        return Response(problem.json(include_url=False), 422, mimetype="application/json")
    return {"to": wanted.to, "amount": str(wanted.amount)}, 201
