"""curl command lines: in files of commands, in shell scripts and in the code blocks of documentation."""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Mapping
from urllib.parse import quote_plus

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.value import Json
from crashworthy.lab.traffic.encode import MULTIPART
from crashworthy.lab.traffic.files import sample_file
from crashworthy.lab.traffic.lessons.recorded import Recorded, fields, recorded
from crashworthy.lab.traffic.names import word_set

_START = re.compile(r"^\s*(?:[$>%]\s+)?(?:(?P<name>\w+)=[\"']?\$\(\s*)?(?:(?:time|sudo)\s+)?curl(?=\s|$)")
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)=(?!\"?\$\()(\"[^\"]*\"|'[^']*'|\S*)\s*$")
_VARIABLE = re.compile(r"\$\{?([A-Z_][A-Z0-9_]*)\}?")
_JQ = re.compile(r"\|\s*jq\s+(?:-\w+\s+)*['\"]?\.([\w.\[\]]+)")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_MAX_LINES = 80
_ENDS = frozenset("|;&><()")

_WITH_VALUE = word_set(
    "-o --output -w --write-out -m --max-time --connect-timeout --retry --retry-delay --retry-max-time -c --cookie-jar "
    "--cacert --cert -E --key --resolve -x --proxy -T --upload-file -r --range -C --continue-at --limit-rate -y -Y "
    "--interface -K --config -D --dump-header --ciphers --unix-socket --http-version --trace --trace-ascii -P "
    "--max-redirs --proto --noproxy -U --proxy-user"
)
_SHORT_WITH_VALUE = frozenset("XHdFubAeomwcExTrCyYKDPU")
_DATA = {"-d", "--data", "--data-ascii", "--data-raw", "--data-binary", "--data-urlencode", "--json"}
_VALUED = _WITH_VALUE | _DATA | word_set(
    "-X --request -H --header -F --form --form-string -u --user -b --cookie -A --user-agent -e --referer --url "
    "--oauth2-bearer --url-query"
)  # fmt: skip


def read_curl(text: str, name: str, *, strict: bool = False) -> list[Recorded]:
    """Every curl command of a text, in its order, with what its shell variables were set to.

    With `strict`, a command that cannot be read raises CrashworthyError naming file and line, and so does a text
    without any; otherwise these are left out.
    """
    lines = text.splitlines()
    found: list[Recorded] = []
    known: dict[str, str] = {}
    number = 0
    while number < len(lines):
        line = lines[number]
        if assigned := _ASSIGNED.match(line):
            known[assigned[1]] = assigned[2].strip("\"'")
        start = _START.match(line)
        if start is None:
            number += 1
            continue
        command, used = _command(lines, number)
        try:
            request = parse_curl(command[start.end() :], f"{name}:{number + 1}", name, known, start["name"])
        except CrashworthyError:
            if strict:
                raise
        else:
            found.append(request)
        number += used
    if strict and not found:
        raise CrashworthyError(f"{name}:1: no curl command in it", remedy="A command begins its line with `curl`.")
    return found


def parse_curl(
    text: str, origin: str, sequence: str = "", known: Mapping[str, str] | None = None, into: str | None = None
) -> Recorded:
    """The request that the words after `curl` make. Raises CrashworthyError naming `origin`.

    `known` are values of shell variables; `into` is the variable that the whole is assigned to.
    """
    words = _words(text, origin)
    return _Command(words, origin, known or {}).request(sequence, _sets(text, into))


def _command(lines: list[str], first: int) -> tuple[str, int]:
    """The command that begins at a line, and how many lines it takes: to the end of its quotes."""
    text, used = lines[first], 1
    while first + used < len(lines) and used < _MAX_LINES:
        if text.rstrip().endswith("\\"):
            text = text.rstrip()[:-1] + " " + lines[first + used]
        elif _is_unfinished(text) and not _FENCE.match(lines[first + used]):
            text += "\n" + lines[first + used]
        else:
            break
        used += 1
    return text, used


def _is_unfinished(text: str) -> bool:
    try:
        _lexed(text)
    except ValueError:
        return True
    return False


def _words(text: str, origin: str) -> list[str]:
    try:
        words = _lexed(text)
    except ValueError as error:
        raise _unreadable(origin, str(error).lower()) from None
    for place, word in enumerate(words):
        if word and _ENDS.issuperset(word):
            return words[:place]
        if word.startswith("#"):
            return words[:place]
    return words


def _lexed(text: str) -> list[str]:
    # $'...' is the shell's quoting with escapes, which browsers use in "copy as cURL".
    plain = re.sub(r"\$'((?:[^'\\]|\\.)*)'", lambda match: shlex.quote(_unescaped(match[1])), text)
    lexer = shlex.shlex(plain, posix=True, punctuation_chars="|;&><()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    return list(lexer)


def _unescaped(text: str) -> str:
    simple = {"n": "\n", "t": "\t", "r": "\r"}

    def one(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return simple.get(match[2], match[2])

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", one, text, flags=re.DOTALL)


def _sets(text: str, into: str | None) -> dict[str, str]:
    """`TOKEN=$(curl ... | jq -r .a.b)`: the variable, and where in the answer its value is."""
    path = _JQ.search(text)
    if not into or not path:
        return {}
    keys = re.findall(r"[^.\[\]]+", path[1])
    return {into: "".join(f"/{key}" for key in keys)}


class _Command:
    """The options of one command, read from left to right."""

    def __init__(self, words: list[str], origin: str, known: Mapping[str, str]) -> None:
        self.origin = origin
        self.known = known
        self.method: str | None = None
        self.url: str | None = None
        self.headers: list[tuple[str, str]] = []
        self.data: list[str] = []
        self.query: list[str] = []
        self.parts: list[tuple[str, Json]] = []
        self.as_query = self.head = self.is_json = self.put = False
        self._read([self._filled(word) for word in words])

    def request(self, sequence: str, sets: Mapping[str, str]) -> Recorded:
        """What it all comes to."""
        if not self.url:
            raise _unreadable(self.origin, "it names no URL")
        url, data = self.url, "&".join(self.data)
        if "://" not in url and not url.startswith(("/", "{{")):
            url = f"http://{url}"
        if self.as_query and data:
            self.query.append(data)
            data = ""
        if self.query:
            url += ("&" if "?" in url else "?") + "&".join(self.query)
        default = (
            "HEAD" if self.head else "POST" if data or self.parts or self.is_json else "PUT" if self.put else "GET"
        )
        kinds = [value for name, value in self.headers if name.lower() == "content-type"]
        content_type = kinds[0] if kinds else "application/json" if self.is_json else None
        if data and content_type is None and data.lstrip()[:1] not in ("{", "["):
            content_type = "application/x-www-form-urlencoded"
        return recorded(
            self.method or default,
            url,
            headers=self.headers,
            content=None if self.parts else data or None,
            body=fields(self.parts) if self.parts else None,
            content_type=MULTIPART if self.parts else content_type,
            origin=self.origin,
            sequence=sequence,
            sets=sets,
        )

    def _filled(self, word: str) -> str:
        """Shell variables with their values, or open."""
        return _VARIABLE.sub(lambda match: self.known.get(match[1], "{{" + match[1] + "}}"), word)

    def _read(self, words: list[str]) -> None:
        waiting = list(reversed(words))
        while waiting:
            word = waiting.pop()
            name, value = word, None
            if word.startswith("--") and "=" in word and word.partition("=")[0] in _VALUED:
                name, _, value = word.partition("=")
            elif re.match(r"-[A-Za-z]", word) and not word.startswith("--") and len(word) > 2:
                # Short options may be joined: -sXPOST is -s -X POST.
                name, rest = word[:2], word[2:]
                if word[1] in _SHORT_WITH_VALUE:
                    value = rest
                else:
                    waiting.append("-" + rest)
            if name in _VALUED and value is None:
                if not waiting:
                    raise _unreadable(self.origin, f"{name} lacks its value")
                value = waiting.pop()
            self._take(name, value or "")

    def _take(self, name: str, value: str) -> None:
        match name:
            case "-X" | "--request":
                self.method = value
            case "-H" | "--header":
                header, colon, content = value.partition(":")
                if colon:
                    self.headers.append((header.strip(), content.strip()))
            case "-u" | "--user":
                self.headers.append(("Authorization", basic(value)))
            case "--oauth2-bearer":
                self.headers.append(("Authorization", f"Bearer {value}"))
            case "-b" | "--cookie":
                if "=" in value:
                    self.headers.append(("Cookie", value))
            case "--json":
                self.is_json = True
                self.data.append(_from_file(value))
            case "--data-urlencode":
                field_name, equals, content = value.partition("=")
                self.data.append(
                    f"{field_name}={quote_plus(content)}" if equals and field_name else quote_plus(content or value)
                )
            case "--data-raw":
                self.data.append(value)
            case _ if name in _DATA:
                self.data.append(_from_file(value))
            case "-F" | "--form" | "--form-string":
                self._part(value, literal=name == "--form-string")
            case "--url-query":
                self.query.append(value)
            case "--url":
                self.url = value
            case "-G" | "--get":
                self.as_query = True
            case "-I" | "--head":
                self.head = True
            case "-T" | "--upload-file":
                self.put = True
            case _ if name in _VALUED or name.startswith("-"):
                pass  # how curl goes about it, not what it asks for
            case _:
                self.url = self.url or name

    def _part(self, value: str, *, literal: bool) -> None:
        name, _, content = value.partition("=")
        if literal or content[:1] not in ("@", "<"):
            self.parts.append((name, content))
            return
        path, *options = content[1:].split(";")
        kind = next((each[5:] for each in options if each.startswith("type=")), None)
        filename = path.rsplit("/", 1)[-1] or "sample.txt"
        # That file is not at hand; a small one of its kind takes its place.
        sample = sample_file(f"{name} {filename}")
        changed = {"filename": filename, **({"content_type": kind} if kind else {})}
        self.parts.append((name, {**sample, **changed} if isinstance(sample, dict) else filename))


def basic(user: str) -> str:
    """The value of an Authorization header for `name:password` (RFC 7617); open where a part of it is."""
    if "{{" in user:
        return "Basic {{credentials}}"
    return "Basic " + base64.b64encode(user.encode("utf-8", "surrogatepass")).decode("ascii")


def _from_file(value: str) -> str:
    return "{{file}}" if value.startswith("@") else value


def _unreadable(origin: str, problem: str) -> CrashworthyError:
    return CrashworthyError(
        f"{origin}: this curl command cannot be read: {problem}", remedy="Mend that line, or leave the file out."
    )
