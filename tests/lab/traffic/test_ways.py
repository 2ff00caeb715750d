"""Merging ways, going them as another actor, and reading back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.scenario import Save, Step
from crashworthy.lab.traffic.readback import pick_readback
from crashworthy.lab.traffic.template import fill, placeholders, rename
from crashworthy.lab.traffic.ways import as_actor, is_personal, merge

REGISTER = Step(
    operation="POST /register", method="POST", path="/register", body={"email": "user${unique}1@example.com"}
)
LOGIN = Step(
    operation="POST /login",
    method="POST",
    path="/login",
    body={"email": "user${unique}1@example.com"},
    saves=(Save(name="token", path="/token"),),
)
AUTH = (("Authorization", "Bearer ${token}"),)


def test_a_fixed_login_is_nobodys_own() -> None:
    fixed = Step(operation="POST /login", method="POST", path="/login", body={"user": "ann", "password": "pw"})
    own = fixed.model_copy(update={"body": {"user": "user${unique}1", "password": "pw"}})
    named = Step(operation="POST /things", method="POST", path="/things", body={"name": "thing ${unique}1"})
    assert not is_personal((fixed, named))
    assert is_personal((own, named))
    assert is_personal((named,))


def wallet(currency: str = "EUR", name: str = "wallet_id") -> Step:
    return Step(
        operation="POST /wallets",
        method="POST",
        path="/wallets",
        headers=AUTH,
        body={"currency": currency},
        saves=(Save(name=name, path="/id"),),
    )


def call(operation: str, path: str, **fields: object) -> Step:
    method = operation.split(" ")[0]
    return Step.model_validate({"operation": operation, "method": method, "path": path, "headers": AUTH, **fields})


def way(*steps: Step, actor: str = "A") -> Way:
    return Way(operation=steps[-1].operation, actor=actor, status=200, steps=steps)


DEPOSIT = way(REGISTER, LOGIN, wallet(), call("POST /wallets/{id}/deposit", "/wallets/${wallet_id}/deposit"))
CONVERT = way(
    REGISTER,
    LOGIN,
    wallet("USD", "source_id"),
    wallet(name="w"),
    call("POST /convert", "/convert", body={"from": "${source_id}", "to": "${w}"}),
)
READ = way(REGISTER, LOGIN, wallet("CHF"), call("GET /wallets/{id}", "/wallets/${wallet_id}"))
LIST = way(REGISTER, LOGIN, call("GET /wallets", "/wallets"))


def test_shared_steps_are_played_once_and_last_steps_are_bound() -> None:
    merged = merge([DEPOSIT, CONVERT])
    assert [step.operation for step in merged.setup] == [
        "POST /register",
        "POST /login",
        "POST /wallets",
        "POST /wallets",
    ]
    euro, dollar = (step.saves[0].name for step in merged.setup[2:])
    assert merged.last[0].path == f"/wallets/${{{euro}}}/deposit"
    assert merged.last[1].body == {"from": f"${{{dollar}}}", "to": f"${{{euro}}}"}


def test_names_that_clash_are_renamed() -> None:
    merged = merge([DEPOSIT, way(REGISTER, LOGIN, wallet("USD"), call("POST /close", "/close/${wallet_id}"))])
    names = [save.name for step in merged.setup for save in step.saves]
    assert len(set(names)) == 3
    assert merged.last[1].path == f"/close/${{{names[2]}}}"


def test_merging_a_way_with_itself_gives_its_last_step_twice() -> None:
    merged = merge([DEPOSIT, DEPOSIT])
    assert merged.setup == DEPOSIT.steps[:-1]
    assert merged.last == (DEPOSIT.steps[-1],) * 2


def test_equal_steps_of_one_way_stay_two() -> None:
    twice = way(REGISTER, LOGIN, wallet(name="a"), wallet(name="b"), call("POST /t", "/t/${a}/${b}"))
    merged = merge([twice])
    assert len(merged.setup) == 4
    assert merged.last[0].path == "/t/${a}/${b}"


def test_another_actor_has_own_texts_and_values() -> None:
    other = as_actor(DEPOSIT, "B")
    assert {step.actor for step in other.steps} == {"B"}
    assert other.steps[0].body == {"email": "user${unique}2@example.com"}
    assert other.steps[2].headers == (("Authorization", "Bearer ${token_b}"),)
    merged = merge([DEPOSIT, other])
    assert len(merged.setup) == 6
    assert merged.last[1].path == "/wallets/${wallet_id_b}/deposit"


def test_a_tenant_that_an_administrator_makes_is_another_one_for_another_user() -> None:
    tenant = Step(
        actor="admin",
        operation="POST /tenants",
        method="POST",
        path="/tenants",
        headers=(("X-Admin", "secret"),),
        body={"name": "tenant ${unique}310"},
        saves=(Save(name="key", path="/key"),),
    )
    colour = tenant.model_copy(update={"operation": "POST /colours", "path": "/colours", "saves": ()})
    own = Step(operation="GET /me", method="GET", path="/me", headers=(("X-Key", "${key}"),))
    way = Way(operation="GET /me", actor="A", status=200, steps=(colour, tenant, own))
    other = as_actor(way, "B")
    assert [step.actor for step in other.steps] == ["admin", "admin", "B"]
    assert [step.body for step in other.steps[:2]] == [{"name": "tenant ${unique}310"}, {"name": "tenant ${unique}610"}]
    assert other.steps[2].headers == (("X-Key", "${key_b}"),)
    assert [step.body for step in as_actor(other, "A").steps] == [step.body for step in way.steps]
    assert [step.operation for step in merge([way, other]).setup].count("POST /tenants") == 2


def operations(*names: str) -> list[Operation]:
    return [Operation(method=name.split(" ")[0], path=name.split(" ")[1]) for name in names]


def test_readback_asks_about_each_object_of_the_setup_as_its_actor() -> None:
    merged = merge([DEPOSIT, as_actor(DEPOSIT, "B")])
    playbook = Playbook(ways=(READ, LIST))
    back = pick_readback(operations("GET /wallets/{id}", "GET /wallets"), playbook, merged.setup, merged.last)
    assert [(step.actor, step.path) for step in back.observe] == [
        ("A", "/wallets/${wallet_id}"),
        ("B", "/wallets/${wallet_id_b}"),
        ("A", "/wallets"),
        ("B", "/wallets"),
    ]
    saved = {save.name for step in back.setup for save in step.saves}
    assert all(placeholders(step) <= saved for step in back.observe)


def test_readback_leaves_out_reads_of_objects_that_were_not_made() -> None:
    back = pick_readback(operations("GET /wallets/{id}", "GET /wallets"), Playbook(ways=(READ, LIST)), LIST.steps[:2])
    assert [step.operation for step in back.observe] == ["GET /wallets"]


def test_readback_adds_the_save_it_needs() -> None:
    unsaved = wallet().model_copy(update={"saves": ()})
    back = pick_readback(operations("GET /wallets/{id}"), Playbook(ways=(READ,)), (REGISTER, LOGIN, unsaved))
    assert [save.path for save in back.setup[2].saves] == ["/id"]
    assert back.observe[0].path == f"/wallets/${{{back.setup[2].saves[0].name}}}"


NAMES = st.sampled_from(["a", "b", "c", "token"])
TEXTS = st.lists(st.one_of(NAMES.map(lambda name: f"${{{name}}}"), st.text("xy$ /", max_size=3)), max_size=4).map(
    "".join
)


@given(TEXTS, st.dictionaries(NAMES, st.one_of(st.integers(), st.text(max_size=5)), min_size=4))
def test_renaming_needs_and_values_alike_changes_nothing(text: str, values: dict[str, str | int]) -> None:
    step = Step(operation="GET /", method="GET", path="/", body={"t": text})
    names = {name: f"{name}_9" for name in values}
    assert fill(rename(step, names).body, {names[k]: v for k, v in values.items()}) == fill(step.body, values)
