from collections.abc import Callable

import pytest

from crashworthy.source.tree import OutboundSite, SourceTree

Parse = Callable[..., SourceTree]


def site(parse: Parse, text: str) -> OutboundSite:
    (found,) = parse(app=text).outbound
    return found


@pytest.mark.parametrize(
    ("text", "library", "timeout"),
    [
        ("import requests\nrequests.get('http://a')", "requests", "none"),
        ("import requests\nrequests.get('http://a', timeout=None)", "requests", "none"),
        ("import requests\nrequests.post('http://a', timeout=(1, 2))", "requests", "set"),
        ("import requests\nT = 3\nrequests.post('http://a', timeout=T)", "requests", "set"),
        ("import requests\noptions = {}\nrequests.post('http://a', **options)", "requests", "unknown"),
        ("import requests\ns = requests.Session()\ndef f():\n    return s.get('http://a')", "requests", "none"),
        ("import httpx\nhttpx.get('http://a')", "httpx", "default"),
        ("import httpx\nhttpx.get('http://a', timeout=None)", "httpx", "none"),
        ("import httpx\nc = httpx.Client(timeout=None)\nc.get('http://a')", "httpx", "none"),
        ("import httpx\nc = httpx.Client(timeout=httpx.Timeout(5))\nc.get('http://a')", "httpx", "set"),
        (
            "import httpx\nasync def f():\n    async with httpx.AsyncClient(timeout=2) as c:\n"
            "        await c.get('http://a')",
            "httpx",
            "set",
        ),
        (
            "import httpx\nclass A:\n    def __init__(self):\n        self.c = httpx.Client(timeout=1)\n"
            "    def f(self):\n        self.c.get('http://a')",
            "httpx",
            "set",
        ),
        (
            "import httpx\ndef make():\n    return httpx.Client(timeout=1)\ndef f():\n    make().get('http://a')",
            "httpx",
            "set",
        ),
        (
            "import httpx\ndef start(app):\n    app.state.http = httpx.AsyncClient()\n"
            "async def f(request):\n    await request.app.state.http.get('http://a')",
            "httpx",
            "default",
        ),
        (
            "import aiohttp\nasync def f():\n    async with aiohttp.ClientSession() as s:\n"
            "        await s.get('http://a')",
            "aiohttp",
            "default",
        ),
        (
            "import aiohttp\nT = aiohttp.ClientTimeout(total=None)\nasync def f():\n"
            "    async with aiohttp.ClientSession(timeout=T) as s:\n        await s.get('http://a')",
            "aiohttp",
            "none",
        ),
        (
            "import asyncio, aiohttp\nasync def f(s: aiohttp.ClientSession):\n"
            "    await asyncio.wait_for(s.get('http://a'), 3)",
            "aiohttp",
            "set",
        ),
        ("from urllib.request import urlopen\nurlopen('http://a')", "urllib", "none"),
        ("import urllib.request\nurllib.request.urlopen('http://a', None, 3)", "urllib", "set"),
        (
            "import socket\nfrom urllib.request import urlopen\nsocket.setdefaulttimeout(3)\nurlopen('http://a')",
            "urllib",
            "set",
        ),
        ("import urllib3\nhttp = urllib3.PoolManager()\nhttp.request('GET', 'http://a')", "urllib3", "none"),
        ("import smtplib\nsmtplib.SMTP('mail')", "smtplib", "none"),
        ("import boto3\ns3 = boto3.client('s3')\ns3.put_object(Bucket='b')", "boto3", "default"),
        ("import stripe\nstripe.PaymentIntent.create(amount=1)", "stripe", "default"),
    ],
)
def test_libraries_and_their_timeouts(parse: Parse, text: str, library: str, timeout: str) -> None:
    found = site(parse, text)
    assert (found.library, found.timeout) == (library, timeout)


@pytest.mark.parametrize(
    ("text", "url", "variable"),
    [
        ("requests.get('http://a/b')", "http://a/b", None),
        ("U = os.getenv('U', 'http://a')\nrequests.get(U + '/b')", "http://a/b", "U"),
        ("U = os.environ['U']\nrequests.get(f'{U}/b/{id}')", None, "U"),
        ("U = os.getenv('U') or 'http://a'\nrequests.get(f'{U}/b/{len(U)}')", "http://a/b/", "U"),
        (
            "from urllib.parse import urljoin\nrequests.get(urljoin(os.getenv('U', 'http://a'), '/b'))",
            "http://a/b",
            "U",
        ),
        ("def f(url):\n    requests.get(url)\nf('http://a')", "http://a", None),
        ("class S:\n    URL = os.getenv('U', 'http://a')\nrequests.get(S.URL + '/b')", "http://a/b", "U"),
        (
            "app = make()\napp.config['U'] = os.getenv('V', 'http://a')\nrequests.get(app.config['U'] + '/b')",
            "http://a/b",
            "V",
        ),
    ],
)
def test_urls(parse: Parse, text: str, url: str | None, variable: str | None) -> None:
    found = site(parse, f"import os, requests\n{text}\n")
    assert (found.url, found.variable) == (url, variable)


def test_a_client_knows_the_beginning(parse: Parse) -> None:
    found = site(
        parse,
        "import httpx, os\nc = httpx.Client(base_url=os.getenv('U', 'http://a/'))\ndef f(x):\n    c.get(f'/b/{x}')",
    )
    assert (found.url, found.variable) == ("http://a/b/", "U")


def test_a_setting_of_django(parse: Parse) -> None:
    tree = parse(
        settings="import os\nHOOK = os.environ.get('HOOK', 'http://a')",
        views="import requests\nfrom django.conf import settings\nrequests.post(settings.HOOK)",
    )
    assert [(one.url, one.variable) for one in tree.outbound] == [("http://a", "HOOK")]


def test_a_helper_used_with_several_urls_is_several_sites(parse: Parse) -> None:
    text = """
import os, requests
A, B = os.environ["A"], os.environ["B"]

def call(url):
    return requests.get(url, timeout=1)

def a():
    return call(A).json()["tax"] + 1

def b():
    return call(B).json()["rates"][0]["method"]
"""
    found = {one.variable: one.answer for one in parse(app=text).outbound}
    assert found == {"A": {"tax": 1}, "B": {"rates": [{"method": "method-1"}]}}


@pytest.mark.parametrize(
    ("use", "answer"),
    [
        ("return r.json()['rates'][name]", {"rates": {"*": 1.1}}),
        ("return float(r.json()['rates'][name])", {"rates": {"*": 1.1}}),
        ("return Decimal(str(r.json()['price']))", {"price": 1}),
        (
            "d = r.json()\n    if d['status'] != 'succeeded':\n        raise ValueError\n    return d['id']",
            {"status": "succeeded", "id": "id-1"},
        ),
        ("d = r.json()\n    if d.get('state') not in ('paid', 'done'):\n        abort(402)", {"state": "paid"}),
        ("return r.json()['status'] == 'ok'", {"status": "ok"}),
        ("if not r.json().get('approved'):\n        raise ValueError", {"approved": True}),
        ("return [int(x['n']) for x in r.json()['items']]", {"items": [{"n": 1}]}),
        ("return Quote.model_validate(r.json()).days", {"days": 1, "label": "example"}),
        ("return json.loads(r.text)['a']['b'].strip()", {"a": {"b": "b-1"}}),
        ("return r.status_code", None),
    ],
)
def test_answers_that_satisfy_the_source(parse: Parse, use: str, answer: object) -> None:
    text = f"""
import json
from decimal import Decimal
import requests
from pydantic import BaseModel

class Quote(BaseModel):
    days: int
    label: str

def fetch(name):
    r = requests.get("http://a", timeout=1)
    {use}
"""
    assert site(parse, text).answer == answer


def test_an_answer_is_read_by_callers_too(parse: Parse) -> None:
    text = """
import requests
def post(path):
    response = requests.post("http://a" + path, timeout=1)
    response.raise_for_status()
    return response.json()

def charge():
    result = post("/charges")
    if result["status"] != "ok":
        raise ValueError
    return result["charge_id"]
"""
    assert site(parse, text).answer == {"status": "ok", "charge_id": "charge_id-1"}


def test_tests_do_not_call_out(parse: Parse) -> None:
    assert parse({"tests/test_a.py": "import requests\nrequests.get('http://a')"}).outbound == ()
