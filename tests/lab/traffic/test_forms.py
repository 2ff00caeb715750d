"""Forms of pages as the bodies of operations, and pages that show a form again."""

from __future__ import annotations

import jsonschema

from crashworthy.core.history import Exchange, Request, Response
from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.forms import read_page
from crashworthy.lab.traffic.session import succeeded

PAGE = """
<form method="get" action="/search"><input name="q"></form>
<form method="POST" action="/rooms/7/book" enctype="multipart/form-data">
 <input type="hidden" name="csrf_token" value="t"><input type="hidden" name="step" value="2">
 <input name="guest" required maxlength="40"><input type="email" name="mail">
 <input type="number" name="nights" min="1" max="14"><input type="checkbox" name="terms" value="y" required>
 <select name="bed"><option value="">choose<option value="twin">twin<option value="king">king</select>
 <textarea name="wish"></textarea><input type="submit" name="go" value="Book">
</form>
<input name="outside">
"""
BOOK = Operation(method="POST", path="/rooms/{room_id}/book")


def test_a_form_is_the_body_of_the_operation_that_it_leads_to() -> None:
    found = read_page("http://127.0.0.1:1/rooms/7", PAGE, [BOOK, Operation(method="POST", path="/search")]).operations
    assert list(found) == ["POST /rooms/{room_id}/book"]
    body = found[BOOK.name].body
    assert body is not None
    assert body.content_type == "application/x-www-form-urlencoded"
    schema = body.data_schema
    assert list(schema["properties"]) == ["step", "guest", "mail", "nights", "terms", "bed", "wish"]
    assert schema["required"] == ["step", "guest", "terms"]
    jsonschema.validate({"step": "2", "guest": "x", "terms": "y", "bed": "king", "nights": 3}, schema)
    assert schema["properties"]["bed"] == {"enum": ["twin", "king"]}


def test_what_has_a_body_already_keeps_it() -> None:
    known = read_page("http://h/rooms/7", PAGE, [BOOK]).operations[BOOK.name]
    assert read_page("http://h/rooms/7", PAGE, [known]).operations == {BOOK.name: known}


def answered(status: int, page: str, *, path: str = "/login", location: str = "") -> Exchange:
    return Exchange(
        id="1",
        part="probe",
        actor="A",
        operation=f"POST {path}",
        request=Request(
            method="POST",
            url=f"http://h{path}",
            headers=(("Content-Type", "application/x-www-form-urlencoded"),),
            body="user=a&password=b",
        ),
        response=Response(status=status, body=page, headers=(("Location", location),) if location else ()),
        started=0.0,
        ended=0.1,
    )


def test_the_same_form_again_is_no_success() -> None:
    form = '<form method=post><input name="user"><input name="password" type="password"></form>'
    assert not succeeded(answered(200, form))
    assert succeeded(answered(200, '<form method=post><input name="message"></form>'))
    assert succeeded(answered(200, "{}"))


def test_sign_up_may_lead_to_the_login_and_being_turned_away_is_no_success() -> None:
    assert succeeded(answered(302, "", path="/auth/register", location="/auth/login"))
    assert not succeeded(answered(302, "", path="/auth/logout", location="/auth/login?next=%2Fauth%2Flogout"))
    assert not succeeded(answered(302, "", path="/tickets/new", location="/login"))
