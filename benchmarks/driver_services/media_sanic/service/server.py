"""Media library on Sanic: albums, image and document uploads, CSV import, resumable uploads in parts."""
import argparse
import csv
import hashlib
import io
import shutil
import tempfile
import zipfile
from pathlib import Path
from uuid import UUID, uuid4

from sanic import Blueprint, Sanic, empty, json, raw
from sanic.exceptions import BadRequest, Forbidden, NotFound, SanicException, Unauthorized

SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "application/pdf": b"%PDF-"}
LIMIT = 2 * 1024 * 1024

app = Sanic("media")
albums = Blueprint("albums", url_prefix="/albums")
uploads = Blueprint("uploads", url_prefix="/uploads")


@app.before_server_start
async def setup(app, _):
    app.ctx.folder = Path(tempfile.mkdtemp(prefix="media-"))
    app.ctx.keys, app.ctx.albums, app.ctx.files, app.ctx.sessions = {}, {}, {}, {}


@app.after_server_stop
async def cleanup(app, _):
    shutil.rmtree(app.ctx.folder, ignore_errors=True)


@app.on_request
async def authenticate(request):
    if request.path in ("/", "/keys"):
        return
    owner = request.app.ctx.keys.get(request.token or request.headers.get("X-Api-Key"))
    if owner is None:
        raise Unauthorized("Send your key as X-Api-Key or as a bearer token")
    request.ctx.owner = owner


@app.get("/")
async def index(request):
    return json({"service": "media", "limits": {"bytes": LIMIT, "types": sorted(SIGNATURES)}})


@app.post("/keys")
async def new_key(request):
    label = (request.json or {}).get("label")
    if not label:
        raise BadRequest("label is required")
    key = uuid4().hex
    request.app.ctx.keys[key] = label
    return json({"key": key, "label": label}, status=201)


def own_album(request, album_id):
    album = request.app.ctx.albums.get(album_id)
    if album is None:
        raise NotFound("album not found")
    if album["owner"] != request.ctx.owner:
        raise Forbidden("not your album")
    return album


def keep(request, album_id, name, content_type, data):
    if len(data) > LIMIT:
        raise SanicException("file is too large", status_code=413)
    signature = SIGNATURES.get(content_type)
    if signature is None:
        raise SanicException(f"unsupported type {content_type}", status_code=415)
    if not data.startswith(signature):
        raise BadRequest("content does not match its type")
    file_id = uuid4()
    (request.app.ctx.folder / str(file_id)).write_bytes(data)
    entry = {"id": str(file_id), "album": str(album_id), "name": name, "type": content_type, "size": len(data),
             "sha256": hashlib.sha256(data).hexdigest(), "caption": ""}
    request.app.ctx.files[file_id] = entry
    return entry


@albums.post("/")
async def create_album(request):
    data = request.json or {}
    if not isinstance(data.get("title"), str) or not data["title"].strip():
        raise BadRequest("title is required")
    album_id = uuid4()
    request.app.ctx.albums[album_id] = {"id": str(album_id), "title": data["title"], "owner": request.ctx.owner}
    return json(request.app.ctx.albums[album_id], status=201)


@albums.get("/")
async def list_albums(request):
    return json([a for a in request.app.ctx.albums.values() if a["owner"] == request.ctx.owner])


@albums.post("/<album_id:uuid>/photos")
async def upload_photo(request, album_id: UUID):
    own_album(request, album_id)
    upload = request.files.get("photo") if request.files else None
    if upload is None:
        raise BadRequest("multipart field 'photo' is required")
    if not upload.type.startswith("image/"):
        raise SanicException("only images", status_code=415)
    entry = keep(request, album_id, upload.name, upload.type, upload.body)
    entry["caption"] = request.form.get("caption", "")
    return json(entry, status=201)


@albums.post("/<album_id:uuid>/documents")
async def upload_document(request, album_id: UUID):
    own_album(request, album_id)
    upload = request.files.get("document") if request.files else None
    if upload is None or upload.type != "application/pdf":
        raise BadRequest("multipart field 'document' with a PDF is required")
    return json(keep(request, album_id, upload.name, upload.type, upload.body), status=201)


@albums.put("/<album_id:uuid>/cover")
async def set_cover(request, album_id: UUID):
    album = own_album(request, album_id)
    content_type = request.headers.get("content-type", "")
    album["cover"] = keep(request, album_id, "cover", content_type, request.body)["id"]
    return json(album)


@albums.post("/<album_id:uuid>/captions")
async def import_captions(request, album_id: UUID):
    own_album(request, album_id)
    upload = request.files.get("file") if request.files else None
    if upload is None:
        raise BadRequest("multipart field 'file' with a CSV is required")
    try:
        rows = list(csv.DictReader(io.StringIO(upload.body.decode("utf-8"))))
    except UnicodeDecodeError:
        raise BadRequest("the CSV must be UTF-8")
    if not rows or not {"name", "caption"} <= set(rows[0]):
        raise BadRequest("the CSV needs the columns name and caption")
    captions = {row["name"]: row["caption"] for row in rows}
    changed = 0
    for entry in request.app.ctx.files.values():
        if entry["album"] == str(album_id) and entry["name"] in captions:
            entry["caption"] = captions[entry["name"]]
            changed += 1
    return json({"rows": len(rows), "changed": changed})


@albums.get("/<album_id:uuid>/archive")
async def archive(request, album_id: UUID):
    own_album(request, album_id)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for file_id, entry in request.app.ctx.files.items():
            if entry["album"] == str(album_id):
                target.writestr(f"{file_id}-{entry['name']}", (request.app.ctx.folder / str(file_id)).read_bytes())
    return raw(out.getvalue(), content_type="application/zip")


def own_file(request, file_id):
    entry = request.app.ctx.files.get(file_id)
    if entry is None:
        raise NotFound("file not found")
    own_album(request, UUID(entry["album"]))
    return entry


@app.get("/files/<file_id:uuid>")
async def show_file(request, file_id: UUID):
    return json(own_file(request, file_id))


@app.get("/files/<file_id:uuid>/content")
async def download(request, file_id: UUID):
    entry = own_file(request, file_id)
    return raw((request.app.ctx.folder / str(file_id)).read_bytes(), content_type=entry["type"])


@app.delete("/files/<file_id:uuid>")
async def delete_file(request, file_id: UUID):
    own_file(request, file_id)
    del request.app.ctx.files[file_id]
    (request.app.ctx.folder / str(file_id)).unlink()
    return empty()


@uploads.post("/")
async def start_upload(request):
    data = request.json or {}
    own_album(request, UUID(str(data.get("album_id", uuid4()))))
    size = data.get("size")
    if not isinstance(size, int) or not 0 < size <= LIMIT:
        raise BadRequest(f"size must be from 1 to {LIMIT}")
    upload_id = uuid4()
    request.app.ctx.sessions[upload_id] = {"album": UUID(data["album_id"]), "size": size, "parts": {}}
    return json({"upload_id": str(upload_id), "part_url": f"/uploads/{upload_id}/parts/1"}, status=201)


@uploads.put("/<upload_id:uuid>/parts/<number:int>")
async def put_part(request, upload_id: UUID, number: int):
    session = request.app.ctx.sessions.get(upload_id)
    if session is None:
        raise NotFound("upload not found")
    if not request.body:
        raise BadRequest("the part is empty")
    session["parts"][number] = request.body
    return json({"received": sum(map(len, session["parts"].values())), "of": session["size"]})


@uploads.post("/<upload_id:uuid>/complete")
async def complete(request, upload_id: UUID):
    session = request.app.ctx.sessions.get(upload_id)
    if session is None:
        raise NotFound("upload not found")
    if not session["parts"]:
        raise SanicException("no parts yet", status_code=409)
    del request.app.ctx.sessions[upload_id]
    data = b"".join(session["parts"][number] for number in sorted(session["parts"]))
    return json({"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)})


app.blueprint(albums)
app.blueprint(uploads)

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    app.run(host="127.0.0.1", port=parser.parse_args().port, single_process=True, motd=False)
