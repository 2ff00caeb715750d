"""Starts a shell for what is in the path."""

import asyncio

from fastapi import FastAPI

app = FastAPI()


@app.get("/hosts/{host}")
async def ping(host: str):
    process = await asyncio.create_subprocess_shell(f"echo {host}", stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return {"output": output.decode()}
