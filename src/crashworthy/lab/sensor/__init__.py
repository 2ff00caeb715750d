"""The sensor: what the service's own interpreter reports while it is tested.

`inject` gives a process the sensor, `receiver` collects what it says. Kinds of events, and their data:

| kind | data |
| --- | --- |
| hello | python, hooks {capability: whether it fired in the self-test}, patched [module]; repeated when it changes |
| request-start | method, path |
| request-end | status, seconds |
| sql | driver, statement (2000 characters at most), write |
| commit, rollback | driver |
| outbound-map | slot, host, port |
| outbound | host, port, timeout (seconds or null), blocking (false: the socket's timeout says nothing) |
| exception | type, message, frames [[file, line, symbol]] innermost last, handled (answered by the service itself) |
| thread-start | name |
| barrier | name, arrived, released ("full", "timeout", or "skipped" where waiting would block an event loop) |
| lines | files {file: [line]} |
| file-write | path |
| sensor-error | where, message |
"""
