import bottle

# GET /packages                -
# POST /packages               -
# GET /packages/{number}       number: integer
# GET /files/{name}            name: string
# GET /old/{word}              word: ^[a-z]+$
# GET /inner/ping              -

application, inner = bottle.Bottle(), bottle.Bottle()


@application.get("/packages")
def listing():
    return ""


@application.post("/packages")
def add():
    return ""


@application.get("/packages/<number:int>")
def show(number):
    return ""


@application.get("/files/<name:path>")
def file(name):
    return ""


@application.get("/old/:word#[a-z]+#")
def old(word):
    return ""


@inner.get("/ping")
def ping():
    return ""


application.mount("/inner/", inner)
