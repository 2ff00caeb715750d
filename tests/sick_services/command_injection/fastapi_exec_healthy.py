"""Starts the program itself."""

import asyncio

from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/hosts/{host}")
async def ping(host: str):
    if "\0" in host:
        raise HTTPException(422)
    process = await asyncio.create_subprocess_exec("echo", "--", host, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return {"output": output.decode()}
