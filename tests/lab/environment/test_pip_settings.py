from __future__ import annotations

from pathlib import Path

from crashworthy.lab.environment.pip_settings import uv_environment


def settings(home: Path, text: str | None = None, **caller: str) -> dict[str, str]:
    if text is not None:
        folder = home / ".config" / "pip"
        folder.mkdir(parents=True)
        (folder / "pip.conf").write_text(text)
    caller = {"XDG_CONFIG_HOME": str(home / ".config"), "XDG_CONFIG_DIRS": str(home / "none"), **caller}
    return {name: value for name, value in uv_environment(caller, home).items() if name.startswith("UV_")}


def test_the_index_that_pip_uses_is_the_one_that_uv_uses(tmp_path: Path) -> None:
    text = "[global]\nindex-url = https://pypi.corp.example/simple\nextra-index-url =\n  https://a.example\n  https://b.example\n"
    found = settings(tmp_path, text)
    assert found["UV_DEFAULT_INDEX"] == "https://pypi.corp.example/simple"
    assert found["UV_INDEX"].endswith("https://a.example https://b.example")
    assert found["UV_INDEX_STRATEGY"] == "unsafe-best-match"


def test_variables_count_more_than_files(tmp_path: Path) -> None:
    found = settings(tmp_path, "[global]\nindex-url = https://file.example\n", PIP_INDEX_URL="https://variable.example")
    assert found["UV_DEFAULT_INDEX"] == "https://variable.example"


def test_settings_of_uv_s_own_are_left_alone(tmp_path: Path) -> None:
    found = settings(tmp_path, "[global]\nindex-url = https://pip.example\n", UV_DEFAULT_INDEX="https://uv.example")
    assert found == {"UV_DEFAULT_INDEX": "https://uv.example"}


def test_the_present_environment_of_the_caller_is_forgotten(tmp_path: Path) -> None:
    assert "VIRTUAL_ENV" not in uv_environment(
        {"VIRTUAL_ENV": "/somewhere", "XDG_CONFIG_HOME": str(tmp_path)}, tmp_path
    )
