"""Routes and inputs of services in JavaScript, in the ways in which they are usually written."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.source.javascript.routes import javascript_operations
from crashworthy.source.javascript.text import without_comments, without_literals

EXPRESS = {
    "app.js": """
        const express = require('express');
        const axios = require('axios');
        const users = require('./routes/users');
        const app = express();
        const v1 = express.Router();
        // app.get('/commented', handler);
        app.get('/health', (req, res) => res.json({ url: 'http://x/*no comment*/' }));
        app.use('/api/users', users);
        v1.route('/orders/:orderId').get(show).delete((req, res) => res.end());
        function show(req, res) { res.json(orders[Number(req.params.orderId)]); }
        app.use('/v1', v1);
        axios.get('/elsewhere', { timeout: 1 });
        cache.get('/key');
    """,
    "routes/users.js": """
        const router = require('express').Router();
        const { create } = require('../controllers');
        router.post('/', create);
        router.get('/:id', (req, res) => { const { full = false } = req.query; res.json({}); });
        module.exports = router;
    """,
    "controllers.js": """
        exports.create = async (req, res) => {
          const { email, password, role = 'user', age } = req.body;
          if (!email || typeof password !== 'string' || password.length < 8) return res.status(400).end();
          if (!['user', 'admin'].includes(role)) return res.status(400).end();
          if (age && (!Number.isInteger(age) || age < 18)) return res.status(400).end();
          const tags = req.body.tags;
          if (tags !== undefined && (!Array.isArray(tags) || tags.length < 2)) return res.status(400).end();
          if (req.headers['x-tenant']) log(req.headers.authorization);
        };
    """,
    "app.test.js": "app.get('/only-in-a-test', (req, res) => {});",
    "node_modules/x/index.js": "app.get('/foreign', (req, res) => {});",
}
FASTIFY = {
    "server.ts": """
        import fastify from 'fastify';
        import notes from './notes.js';
        const server = fastify();
        server.route({ method: 'PUT', url: '/files/:name', handler: async (request) => request.body.content });
        server.register(notes, { prefix: '/notes' });
    """,
    "notes.ts": """
        export default async function notes(app) {
          app.post('/', async (request, reply) => { const body = request.body as Note; return body.title; });
        }
    """,
}
PLAIN = {
    "index.mjs": """
        http.createServer(async (req, res) => {
          const { pathname } = new URL(req.url, 'http://localhost');
          if (req.method === 'POST' && pathname === '/items') {
            const data = JSON.parse(await read(req));
            items.push(data.label);
          } else if (pathname === '/items') {
            res.end();
          } else if (req.method === 'DELETE' && pathname.match(/^\\/items\\/(\\d+)$/)) {
            res.end();
          }
        });
        const ROUTES = [['PATCH', '/items/:item', change]];
    """
}


def operations_of(files: dict[str, str], folder: Path) -> dict[str, Operation]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return {each.name: each for each in javascript_operations(folder)}


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (
            EXPRESS,
            {
                "GET /health", "POST /api/users", "GET /api/users/{id}", "GET /v1/orders/{orderId}",
                "DELETE /v1/orders/{orderId}",
            },
        ),
        (FASTIFY, {"PUT /files/{name}", "POST /notes"}),
        (PLAIN, {"POST /items", "GET /items", "DELETE /items/{group0}", "PATCH /items/{item}"}),
    ],
    ids=["express", "fastify", "plain"],
)  # fmt: skip
def test_the_routes_are_found_and_no_others(files: dict[str, str], names: set[str], tmp_path: Path) -> None:
    assert set(operations_of(files, tmp_path)) == names


def test_what_a_named_handler_in_another_file_reads(tmp_path: Path) -> None:
    create = operations_of(EXPRESS, tmp_path)["POST /api/users"]
    assert create.body is not None
    assert create.body.data_schema == {
        "type": "object",
        "properties": {
            "email": {"type": "string", "format": "email"},
            "password": {"type": "string", "minLength": 8},
            "role": {"type": "string", "enum": ["user", "admin"]},
            "age": {"type": "integer", "minimum": 18},
            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
        },
        "required": ["email", "password"],
    }
    assert [(each.name, each.where) for each in create.parameters] == [("x-tenant", ParameterIn.HEADER)]
    assert create.handler is not None
    assert (create.handler.file, create.handler.line) == ("routes/users.js", 4)


def test_parameters_of_paths_and_queries(tmp_path: Path) -> None:
    found = operations_of(EXPRESS, tmp_path)
    order, user = found["GET /v1/orders/{orderId}"], found["GET /api/users/{id}"]
    assert [each.data_schema.get("type") for each in order.parameters] == ["integer"]
    assert [(each.name, each.where) for each in user.parameters] == [
        ("id", ParameterIn.PATH), ("full", ParameterIn.QUERY)
    ]  # fmt: skip


def test_bodies_of_variables_and_of_parsed_texts(tmp_path: Path) -> None:
    for files, name, expected in ((FASTIFY, "POST /notes", "title"), (PLAIN, "POST /items", "label")):
        body = operations_of(files, tmp_path / expected)[name].body
        assert body is not None
        assert list(body.data_schema["properties"]) == [expected]  # type: ignore[arg-type]


@given(st.text(alphabet="/*'\"`\\ab(){}[]\n =", max_size=60))
def test_blanking_keeps_everything_in_its_place(text: str) -> None:
    for blanked in (without_comments(text), without_literals(text)):
        assert len(blanked) == len(text)
        assert [place for place, letter in enumerate(text) if letter == "\n"] == [
            place for place, letter in enumerate(blanked) if letter == "\n"
        ]
