"""Calls what its users name, but no address that is not public, and follows no redirects."""

import ipaddress
import socket
from urllib.parse import urlsplit

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)


def is_public(url):
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(address[4][0]).is_global for address in found)


@app.post("/previews")
def preview():
    url = str(request.get_json()["url"])
    try:
        if not is_public(url):
            return jsonify(error="not a public address"), 400
        answer = requests.get(url, timeout=2, allow_redirects=False)
    except (requests.RequestException, ValueError):
        return jsonify(error="cannot be fetched"), 400
    return jsonify(title=answer.text[:80])
