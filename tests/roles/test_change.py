"""What a diff really changes: moved lines and lines that were laid out anew are left out."""

from __future__ import annotations

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from crashworthy.roles.change import Touched, files_of_diff


def _diff(path: str, body: str) -> str:
    return f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n{textwrap.dedent(body).lstrip()}"


def test_a_file_has_its_changed_lines() -> None:
    diff = _diff(
        "app.py",
        """
        @@ -1,3 +1,3 @@ class Orders:
         def total(self):
        -    return self.price
        +    return self.price * self.count
        """,
    )
    assert list(files_of_diff(diff)) == [
        Touched("app.py", ("    return self.price", "    return self.price * self.count"))
    ]


def test_lines_that_were_only_laid_out_anew_are_left_out() -> None:
    diff = _diff(
        "app.py",
        """
        @@ -1,2 +1,4 @@
        -send(args=('a',), later=True)
        +send(
        +    args=("a",), later=True,
        +)
         keep
        -x = 1
        +x = 2
        """,
    )
    (file,) = files_of_diff(diff)
    assert file.lines == ("x = 1", "x = 2")


def test_lines_that_moved_to_another_file_are_left_out() -> None:
    gone = _diff("a.py", "@@ -1,2 +0,0 @@\n-def price_of(order):\n-    return order.price\n")
    new = _diff("b.py", "@@ -0,0 +1,3 @@\n+def price_of(order):\n+    return order.price\n+LIMIT = 10\n")
    assert [(file.path, file.lines) for file in files_of_diff(gone + new)] == [("a.py", ()), ("b.py", ("LIMIT = 10",))]


def test_a_line_that_became_two_is_new_once() -> None:
    diff = _diff("a.py", "@@ -1 +0,0 @@\n-total = price * count\n@@ -9 +9,2 @@\n+total = price * count\n+a = 1\n")
    (file,) = files_of_diff(diff)
    assert file.lines == ("a = 1",)


def test_lines_that_only_changed_places_are_what_was_changed() -> None:
    diff = _diff("a.py", "@@ -1,2 +1 @@\n-app.mount(messages)\n keep\n@@ -9 +8,2 @@\n keep\n+app.mount(messages)\n")
    (file,) = files_of_diff(diff)
    assert file.lines == ("app.mount(messages)", "app.mount(messages)")


@given(st.text())
def test_any_text_can_stand_for_a_diff(text: str) -> None:
    assert all(file.path for file in files_of_diff(text))
