import ipaddress
import socket
from urllib.parse import urlsplit

import httpx
from flask import Flask, abort, request

app = Flask(__name__)
pages = httpx.Client(timeout=5, follow_redirects=False, trust_env=False)


@app.post("/previews")
def preview():
    try:
        url = urlsplit(request.form["url"])
        address = socket.getaddrinfo(url.hostname or "", 443, socket.AF_INET)[0][4][0]
    except (OSError, ValueError):
        abort(400)
    if url.scheme != "https" or not ipaddress.ip_address(address).is_global:
        abort(400)
    # To the very address that was checked: asked again, the name may lead elsewhere. The certificate is the name's.
    there = f"https://{address}{url.path}?{url.query}"
    page = pages.get(there, headers={"Host": url.hostname}, extensions={"sni_hostname": url.hostname})
    return {"text": page.text[:200]}
