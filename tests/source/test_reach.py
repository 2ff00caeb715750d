from collections.abc import Callable

from crashworthy.core.location import Location
from crashworthy.source.tree import SourceTree

Parse = Callable[..., SourceTree]


def reaching(tree: SourceTree, file: str, symbol: str) -> tuple[str, ...]:
    return tree.operations_reaching(Location(file=file, line=1, symbol=symbol))


def test_calls_across_modules_methods_and_threads(parse: Parse) -> None:
    tree = parse(
        {
            "main.py": """
import threading
from fastapi import Depends, FastAPI
from app.services import Store, helper as renamed

app = FastAPI()
store = Store()

def current_user(): ...

@app.get("/a")
def a(user=Depends(current_user)):
    return renamed()

@app.get("/b")
def b():
    store.load()
    threading.Thread(target=background).start()

def background(): ...

def unused(): ...
""",
            "app/__init__.py": "",
            "app/services.py": """
class Base:
    def load(self):
        return self.read()

class Store(Base):
    def read(self):
        return deep()

def helper():
    return deep()

def deep(): ...
""",
        }
    )
    assert reaching(tree, "main.py", "current_user") == ("GET /a",)
    assert reaching(tree, "main.py", "background") == ("GET /b",)
    assert reaching(tree, "app/services.py", "helper") == ("GET /a",)
    assert reaching(tree, "app/services.py", "Base.load") == ("GET /b",)
    assert reaching(tree, "main.py", "unused") == ()


def test_hooks_and_decorators_run_around_handlers(parse: Parse) -> None:
    tree = parse(
        app="""
from functools import wraps
from flask import Flask
app = Flask(__name__)

def check(): ...

def guarded(view):
    @wraps(view)
    def wrapper(*args):
        check()
        return view(*args)
    return wrapper

@app.before_request
def before(): ...

@app.get("/a")
@guarded
def a(): ...

@app.get("/b")
def b(): ...
"""
    )
    assert reaching(tree, "app.py", "before") == ("GET /a", "GET /b")
    assert reaching(tree, "app.py", "check") == ("GET /a",)


def test_a_method_is_found_by_its_name_when_that_is_unique(parse: Parse) -> None:
    tree = parse(
        app="""
from flask import Flask
app = Flask(__name__)

class Ledger:
    def book_entry(self): ...
    def get(self): ...

@app.get("/a")
def a():
    thing().book_entry()
    thing().get()
"""
    )
    assert reaching(tree, "app.py", "Ledger.book_entry") == ("GET /a",)
    assert reaching(tree, "app.py", "Ledger.get") == ()
