"""Sinks: where text of a request would do harm, if it stood there as more than data.

The engine marks what it sends with words that occur nowhere else. A request whose plan holds `watch`, the beginning of
those words, arms the sinks of this process for good: from then on each call of a sink that carries such a word is
reported, with what it was given, and the engine judges in which position the word stands. Nothing is changed, and until
then nothing is looked at: the audit hook is not even installed.

An event `sink` has the data sink ("sql", "shell", "arguments", "code", "template", "path", "import", "unpickle",
"log", "mail", "documents", "directory"), text (what the sink was given, `MAX_TEXT` characters at most), and
- sql: driver;
- shell, arguments: arguments [text], those that the program or the shell is given;
- code: names [text], the names that the executed code refers to; restricted, whether RestrictedPython is in use;
- template: engine, sandboxed;
- path: use ("read", "write", "list", "delete", "rename", "create"), resolved (the real path);
- log: logger;
- documents: method, collection; the text is the filter as JSON. directory: the text is the filter (RFC 4515).
"""

from __future__ import annotations

from crashworthy_sensor.imports import when_imported
from crashworthy_sensor.sinks import audited, libraries, queries
from crashworthy_sensor.sinks.watch import watch


def install() -> None:
    """Watch for the libraries whose sinks raise no audit event."""
    when_imported("jinja2.environment", libraries.patch_jinja2)
    when_imported("django.template.base", libraries.patch_django)
    when_imported("logging", libraries.patch_logging)
    when_imported("smtplib", libraries.patch_smtplib)
    when_imported("uvloop", libraries.patch_uvloop)
    for name in (
        "pymongo.collection",
        "pymongo.synchronous.collection",
        "pymongo.asynchronous.collection",
        "mongomock.collection",
    ):
        when_imported(name, queries.patch_collection)
    when_imported("ldap3.core.connection", queries.patch_ldap3)
    when_imported("ldap.ldapobject", queries.patch_ldap)


def arm(prefix: str) -> None:
    """From now on report sinks that are given a word beginning with `prefix`."""
    if watch.prefix is None:
        audited.install()
    watch.prefix = prefix.lower()
