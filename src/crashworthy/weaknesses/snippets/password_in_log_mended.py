import logging

from fastapi import FastAPI
from pydantic import BaseModel, SecretStr
from shop.accounts import create

app = FastAPI()
logger = logging.getLogger("shop")


class SignUp(BaseModel):
    email: str
    password: SecretStr  # prints as asterisks, wherever it is printed


@app.post("/users", status_code=201)
def sign_up(wanted: SignUp):
    logger.info("sign-up: %r", wanted.model_dump())
    return {"id": create(wanted.email, wanted.password.get_secret_value())}
