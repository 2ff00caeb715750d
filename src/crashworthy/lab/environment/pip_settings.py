"""The user's settings of pip, in the words of uv, which does not read them.

Many companies name their package index in pip's configuration only.
Sources: https://pip.pypa.io/en/stable/topics/configuration/ and https://docs.astral.sh/uv/reference/environment/
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

_UV_INDEX_SETTINGS = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_CONFIG_FILE",
    "UV_NO_INDEX",
)
_WORDS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "no-index": "UV_NO_INDEX",
}


def uv_environment(caller: Mapping[str, str], home: Path | None = None) -> dict[str, str]:
    """The environment for uv: the caller's, with pip's index settings where uv has none of its own."""
    environment = {name: value for name, value in caller.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    config_home = Path(caller.get("XDG_CONFIG_HOME") or (home or Path.home()) / ".config")
    system = [Path(folder) for folder in (caller.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")]
    own = [config_home / "uv" / "uv.toml", Path("/etc/uv/uv.toml"), *(folder / "uv" / "uv.toml" for folder in system)]
    if any(name in caller for name in _UV_INDEX_SETTINGS) or any(path.is_file() for path in own):
        return environment
    translated: dict[str, str] = {}
    for name, value in _settings(caller, config_home, home or Path.home(), system):
        if name in _WORDS and value.strip():
            translated[_WORDS[name]] = " ".join(value.split())
    if "UV_FIND_LINKS" in translated:
        translated["UV_FIND_LINKS"] = ",".join(translated["UV_FIND_LINKS"].split())
    if translated:
        # pip takes the best version from all indexes; uv by itself from the first that knows the name.
        environment |= {"UV_INDEX_STRATEGY": "unsafe-best-match", **translated}
    return environment


def _settings(
    caller: Mapping[str, str], config_home: Path, home: Path, system: list[Path]
) -> Iterator[tuple[str, str]]:
    """Names and values, the ones that count most last."""
    files = [
        Path("/etc/pip.conf"),
        *(folder / "pip" / "pip.conf" for folder in system),
        home / ".pip" / "pip.conf",
        config_home / "pip" / "pip.conf",
    ]
    if chosen := caller.get("PIP_CONFIG_FILE"):
        files = [] if chosen == os.devnull else [*files, Path(chosen)]
    for path in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                yield from parser.items(section)
    for name, value in caller.items():
        if name.startswith("PIP_"):
            yield name.removeprefix("PIP_").lower().replace("_", "-"), value
