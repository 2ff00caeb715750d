from queue import SimpleQueue
from threading import Thread

from flask import Flask, request
from shop.orders import store

app = Flask(__name__)
waiting = SimpleQueue()


def work():
    while True:
        store(waiting.get())


Thread(target=work, daemon=True).start()


@app.post("/orders")
def order():
    waiting.put(request.get_json())
    return {"state": "accepted"}, 201  # and gone, if the process ends before its turn comes
