// Task board API. Plain node:http with a small router in the manner of Express, no packages to install.
const http = require('node:http');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const PORT = process.env.PORT || 3000;
const SECRET = process.env.JWT_SECRET || 'dev-secret';

const db = { users: [], boards: [], tasks: [], nextId: 1 };
const routes = [];

function route(method, pattern, ...handlers) {
  const keys = [];
  const source = pattern.replace(/:(\w+)/g, (_, key) => { keys.push(key); return '([^/]+)'; });
  routes.push({ method, regex: new RegExp(`^${source}/?$`), keys, handlers });
}

class HttpError extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

function sign(payload) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${head}.${crypto.createHmac('sha256', SECRET).update(head).digest('base64url')}`;
}

function verify(token) {
  const [header, payload, signature] = String(token).split('.');
  const wanted = crypto.createHmac('sha256', SECRET).update(`${header}.${payload}`).digest('base64url');
  if (signature !== wanted) throw new HttpError(401, 'invalid token');
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

function auth(req) {
  const [scheme, token] = (req.headers.authorization || '').split(' ');
  if (scheme !== 'Bearer' || !token) throw new HttpError(401, 'missing bearer token');
  const claims = verify(token);
  req.user = db.users.find((user) => user.id === claims.sub);
  if (!req.user) throw new HttpError(401, 'unknown user');
}

function board(req) {
  const found = db.boards.find((each) => each.id === Number(req.params.boardId));
  if (!found) throw new HttpError(404, 'board not found');
  if (!found.members.includes(req.user.id)) throw new HttpError(403, 'not a member of this board');
  req.board = found;
}

function task(req) {
  const found = db.tasks.find((each) => each.id === Number(req.params.taskId) && each.boardId === req.board.id);
  if (!found) throw new HttpError(404, 'task not found');
  req.task = found;
}

route('GET', '/status', () => ({ status: 200, body: { up: true, tasks: db.tasks.length } }));

route('GET', '/openapi.json', () => ({
  status: 200, body: JSON.parse(fs.readFileSync(path.join(__dirname, 'openapi.json'), 'utf8')),
}));

route('POST', '/auth/register', (req) => {
  const { email, password, displayName } = req.body;
  if (!/^\S+@\S+\.\S+$/.test(email || '')) throw new HttpError(400, 'email is invalid');
  if (typeof password !== 'string' || password.length < 8) throw new HttpError(400, 'password is too short');
  if (!displayName) throw new HttpError(400, 'displayName is required');
  if (db.users.some((user) => user.email === email)) throw new HttpError(409, 'email is already used');
  const user = { id: db.nextId++, email, displayName, hash: crypto.createHash('sha256').update(password).digest('hex') };
  db.users.push(user);
  return { status: 201, body: { id: user.id, email, displayName } };
});

route('POST', '/auth/login', (req) => {
  const hash = crypto.createHash('sha256').update(String(req.body.password)).digest('hex');
  const user = db.users.find((each) => each.email === req.body.email && each.hash === hash);
  if (!user) throw new HttpError(401, 'wrong email or password');
  return { status: 200, body: { accessToken: sign({ sub: user.id }), expiresIn: 3600 } };
});

route('GET', '/boards', auth, (req) => ({
  status: 200, body: db.boards.filter((each) => each.members.includes(req.user.id)),
}));

route('POST', '/boards', auth, (req) => {
  if (!req.body.name) throw new HttpError(400, 'name is required');
  const columns = req.body.columns || ['todo', 'doing', 'done'];
  if (!Array.isArray(columns) || columns.length < 2) throw new HttpError(400, 'columns: at least two');
  const created = { id: db.nextId++, name: req.body.name, columns, members: [req.user.id], owner: req.user.id };
  db.boards.push(created);
  return { status: 201, body: created };
});

route('GET', '/boards/:boardId', auth, board, (req) => ({
  status: 200, body: { ...req.board, tasks: db.tasks.filter((each) => each.boardId === req.board.id) },
}));

route('DELETE', '/boards/:boardId', auth, board, (req) => {
  if (req.board.owner !== req.user.id) throw new HttpError(403, 'only the owner deletes a board');
  db.boards.splice(db.boards.indexOf(req.board), 1);
  return { status: 204 };
});

route('POST', '/boards/:boardId/members', auth, board, (req) => {
  const user = db.users.find((each) => each.id === req.body.userId);
  if (!user) throw new HttpError(422, 'userId: no such user');
  if (req.board.members.includes(user.id)) throw new HttpError(409, 'already a member');
  req.board.members.push(user.id);
  return { status: 200, body: req.board };
});

route('POST', '/boards/:boardId/tasks', auth, board, (req) => {
  const { title, dueDate, column = req.board.columns[0], estimate = 1 } = req.body;
  if (!title) throw new HttpError(400, 'title is required');
  if (!req.board.columns.includes(column)) throw new HttpError(400, `column must be one of ${req.board.columns}`);
  if (dueDate !== undefined && !(new Date(dueDate) > new Date())) throw new HttpError(400, 'dueDate must be in the future');
  const created = { id: db.nextId++, boardId: req.board.id, title, column, dueDate, estimate, assignee: null };
  db.tasks.push(created);
  return { status: 201, body: created };
});

route('PATCH', '/boards/:boardId/tasks/:taskId', auth, board, task, (req) => {
  for (const key of ['title', 'estimate']) if (key in req.body) req.task[key] = req.body[key];
  return { status: 200, body: req.task };
});

route('POST', '/boards/:boardId/tasks/:taskId/move', auth, board, task, (req) => {
  if (!req.board.columns.includes(req.body.to)) throw new HttpError(400, `to must be one of ${req.board.columns}`);
  if (req.body.to === req.task.column) throw new HttpError(409, 'the task is there already');
  req.task.column = req.body.to;
  return { status: 200, body: req.task };
});

route('PUT', '/boards/:boardId/tasks/:taskId/assignee', auth, board, task, (req) => {
  if (!req.board.members.includes(req.body.userId)) throw new HttpError(422, 'userId must be a member of the board');
  req.task.assignee = req.body.userId;
  return { status: 200, body: req.task };
});

route('DELETE', '/boards/:boardId/tasks/:taskId', auth, board, task, (req) => {
  db.tasks.splice(db.tasks.indexOf(req.task), 1);
  return { status: 204 };
});

function readBody(req) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('error', reject);
    req.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      if (!text) return resolve({});
      try {
        const value = JSON.parse(text);
        resolve(value && typeof value === 'object' ? value : {});
      } catch { reject(new HttpError(400, 'invalid JSON')); }
    });
  });
}

const server = http.createServer(async (req, res) => {
  const url = new URL(req.url, 'http://localhost');
  try {
    const matching = routes.filter((each) => each.regex.test(url.pathname));
    if (!matching.length) throw new HttpError(404, 'not found');
    const chosen = matching.find((each) => each.method === req.method);
    if (!chosen) throw new HttpError(405, 'method not allowed');
    const values = url.pathname.match(chosen.regex).slice(1);
    req.params = Object.fromEntries(chosen.keys.map((key, index) => [key, decodeURIComponent(values[index])]));
    req.body = await readBody(req);
    let result;
    for (const handler of chosen.handlers) result = handler(req);
    res.writeHead(result.status, { 'Content-Type': 'application/json' });
    res.end(result.body === undefined ? undefined : JSON.stringify(result.body));
  } catch (error) {
    res.writeHead(error.status || 500, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify({ error: error.status ? error.message : 'internal error' }));
  }
});

server.listen(PORT, '127.0.0.1', () => console.log(`listening on ${PORT}`));
