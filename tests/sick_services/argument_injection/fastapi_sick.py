"""Lists the folder that the request names, and whatever begins with a hyphen is an option."""

import asyncio

from fastapi import FastAPI

app = FastAPI()


@app.get("/listing")
async def listing(folder: str = "static"):
    process = await asyncio.create_subprocess_exec("ls", folder.replace("/", ""), stdout=asyncio.subprocess.PIPE)
    listed, _ = await process.communicate()
    return {"files": listed.decode().split()}
