"""The sensor: what the service's own interpreter reports while it is tested, and how requests are made to meet.

`inject` gives a process the sensor, `receiver` collects what it says.

A request of the engine carries the header `X-Crashworthy`, compact JSON that the service never sees: `id`, and any of
- `barrier` {name, parties, timeout_ms (250), skip (0)}: before the request's first data-changing statement, or first
  file opened for writing below the service's folder (or the one after `skip` of them), wait for the other parties;
- `sleep` {seed, max_ms, share (1)}: random sleeps around SQL statements, and at suspensions of the request's tasks;
- `line` {seed, max_ms, share (1)}: random sleeps at a share of the lines of own code, and at suspensions of tasks;
- `coverage` true: report the lines of own code that were executed.
No wait or sleep blocks an event loop; all sleeps of a request together take 2 s at most.

Kinds of events, and their data:

| kind | data |
| --- | --- |
| hello | python, hooks {capability: whether it fired in the self-test}, patched [module]; repeated when it changes |
| request-start | method, path |
| request-end | status (null if none was sent), seconds until the answer was complete (WSGI: until it was begun) |
| sql | driver, statement (2000 characters at most), write |
| commit, rollback | driver |
| outbound-map | slot, host, port |
| outbound | host, port, timeout (seconds or null), blocking (false: the socket's timeout says nothing) |
| exception | type, message, frames [[file, line, symbol]] innermost last, handled (a handler made the answer of it) |
| thread-start | name |
| barrier | name, arrived, released ("full", "timeout", or "skipped" where waiting would block an event loop) |
| lines | files {file: [line]} |
| file-write | path |
| request-seen | with CRASHWORTHY_RECORD, of unmarked requests: method, path, query, headers, body (Base64), cut,
  status, answer_headers, answer, test |
| sensor-error | where, message |

Events of a request are sent before its answer is complete, in one write; what it causes later (background tasks, a
streamed body) is sent as it happens, under the same id. Requests without the header report nothing but exceptions
and outbound calls; what happens outside of requests is reported, up to a rate.
"""
