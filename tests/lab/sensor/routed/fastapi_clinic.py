from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

# POST /v1/visits             -
# GET /v1/visits/{visit_id}   visit_id: integer
# GET /v1/inner/deep          -
# GET /other/ping             -
# WEBSOCKET /live             -


class Visit(BaseModel):
    patient: str
    minutes: int


application = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
router, inner = APIRouter(prefix="/v1"), APIRouter(prefix="/inner")


@router.post("/visits")
def add(visit: Visit) -> Visit:
    return visit


@router.get("/visits/{visit_id:int}")
def show(visit_id: int) -> dict:
    return {}


@inner.get("/deep")
async def deep() -> str:
    return ""


@application.websocket("/live")
async def live(socket) -> None:
    await socket.accept()


router.include_router(inner)
application.include_router(router)
application.mount("/other", Starlette(routes=[Route("/ping", lambda _: PlainTextResponse(""))]))
