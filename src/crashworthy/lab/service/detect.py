"""How a service can be started, from what its folder declares and what its source shows."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path, PurePosixPath

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.service.command import read_command
from crashworthy.lab.service.declared import declared_starts, dockerfile_command
from crashworthy.lab.service.node import declared_node_start
from crashworthy.lab.service.plan import StartKind, StartPlan
from crashworthy.source.tree import Application, SourceTree

_PROJECT_FILES = ("requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "setup.cfg", "environment.yml")
# Files that say that a service is written in another language, and how such services are usually started.
_OTHER_LANGUAGES = {
    "package.json": ("Node", "npm start"),
    "go.mod": ("Go", "go run ."),
    "Cargo.toml": ("Rust", "cargo run --release"),
    "Gemfile": ("Ruby", "bundle exec rackup --port {port}"),
    "pom.xml": ("Java", "java -jar target/app.jar --server.port={port}"),
    "build.gradle": ("Java", "java -jar build/libs/app.jar --server.port={port}"),
    "composer.json": ("PHP", "php -S 127.0.0.1:{port} -t public"),
    "mix.exs": ("Elixir", "mix phx.server"),
}

_MIGRATIONS = "the folder has migrations"

DJANGO_SUPERUSER = (
    ("DJANGO_SUPERUSER_USERNAME", "crashworthy"),
    ("DJANGO_SUPERUSER_EMAIL", "crashworthy@example.com"),
    ("DJANGO_SUPERUSER_PASSWORD", "crashworthy-superuser-1"),
)
"""What `manage.py createsuperuser --noinput` reads; the account exists in the run's own copy only."""


def detect(tree: SourceTree, command: str | None = None) -> tuple[StartPlan, ...]:
    """Ways to start the service, best first: as declared, then as the source suggests.

    `command` is `[service] command` of crashworthy.toml; given, it is the only way. CrashworthyError when there
    is no way, or when the folder holds several services.
    """
    applications = _of_one_service(tree, command)
    folders = tuple(dict.fromkeys([".", *(application.folder for application in applications)]))
    if command is not None:
        plans = [read_command(command, "crashworthy.toml")]
    else:
        plans = [*declared_starts(tree.root, folders), *(_start(application, tree) for application in applications)]
    plans = [_with_superuser(_with_migrations(plan, tree), tree) for plan in plans]
    unique = {(plan.kind, plan.words, plan.target, plan.folder): plan for plan in reversed(plans)}
    if not unique and (node := declared_node_start(tree.root)) is not None:
        return (node,)
    if not unique:
        raise _nothing_found(tree.root)
    return tuple(reversed(unique.values()))


def _start(application: Application, tree: SourceTree) -> StartPlan:
    origin = f"found at {application.location}"
    framework = application.framework
    if application.kind in ("object", "factory"):
        module, _, name = application.target.partition(":")
        folder, module = _importable(application, module, tree)
        kind = StartKind(application.kind)
        return StartPlan(kind, framework=framework, target=f"{module}:{name}", folder=folder, origin=origin)
    path = PurePosixPath(application.target)
    script = path.relative_to(application.folder) if path.is_relative_to(application.folder) else path
    if application.kind == "manage":
        words = (str(script), "runserver", "127.0.0.1:{port}")
        return StartPlan(StartKind.SCRIPT, words, framework=framework, folder=application.folder, origin=origin)
    folder, module = _importable(application, ".".join(script.with_suffix("").parts), tree)
    if folder != application.folder:
        return StartPlan(StartKind.MODULE, (module,), framework=framework, folder=folder, origin=origin)
    return StartPlan(StartKind.SCRIPT, (str(script),), framework=framework, folder=folder, origin=origin)


def _importable(application: Application, module: str, tree: SourceTree) -> tuple[str, str]:
    """The folder to start from and the module's name there, such that its relative imports have a package."""
    file = next((file for file in tree.files if file.path == application.location.file), None)
    imports = ast.walk(file.tree) if file else ()
    levels = max((node.level for node in imports if isinstance(node, ast.ImportFrom)), default=0)
    folder, parts = PurePosixPath(application.folder), module.split(".")
    is_package = file is not None and file.path.endswith("__init__.py")
    while levels > len(parts) - (not is_package) and folder.parts:
        parts.insert(0, folder.name)
        folder = folder.parent
    return str(folder), ".".join(parts)


def _with_migrations(plan: StartPlan, tree: SourceTree) -> StartPlan:
    """The plan with the migrations that the folder has and its declaration does not mention."""
    if not plan.is_python or plan.before:
        return plan
    manage = [application for application in tree.applications if application.kind == "manage"]
    if manage:
        folder = manage[0].folder
        script = PurePosixPath(manage[0].target).name
        step = StartPlan(StartKind.SCRIPT, (script, "migrate", "--noinput"), "django", folder=folder)
        if bare := _without_migrations(tree):
            words = (script, "makemigrations", *bare, "--noinput")
            make = StartPlan(
                StartKind.SCRIPT, words, "django", folder=folder, origin=f"no migrations of {', '.join(bare)}"
            )
            return replace(plan, before=(make, replace(step, origin=_MIGRATIONS)))
    elif "flask_migrate" in tree.imports and (tree.root / plan.folder / "migrations" / "env.py").is_file():
        flask = [application for application in tree.applications if application.framework == "flask"]
        target = next((application.target for application in flask if ":" in application.target), None)
        chosen = (("FLASK_APP", target),) if target else ()
        step = StartPlan(StartKind.MODULE, ("flask", "db", "upgrade"), "flask", folder=plan.folder, environment=chosen)
    elif (tree.root / plan.folder / "alembic.ini").is_file():
        step = StartPlan(StartKind.MODULE, ("alembic.config", "upgrade", "head"), folder=plan.folder)
    else:
        return plan
    return replace(plan, before=(replace(step, origin=_MIGRATIONS),))


def _without_migrations(tree: SourceTree) -> tuple[str, ...]:
    """Labels of Django's applications that have models and no migration; these are made on the first start by hand."""
    found = []
    for file in tree.files:
        path = PurePosixPath(file.path)
        folder = path.parent.parent if path.parent.name == "models" else path.parent
        has_models = "models" in (path.stem, path.parent.name) and "models.Model" in file.text
        if has_models and not any((tree.root / folder / "migrations").glob("[0-9]*.py")):
            found.append(folder.name)
    return tuple(dict.fromkeys(name for name in found if name.isidentifier()))


def _with_superuser(plan: StartPlan, tree: SourceTree) -> StartPlan:
    """The plan with an account for what only staff may do, where Django's own accounts are used."""
    manage = next((each for each in tree.applications if each.kind == "manage"), None)
    if manage is None or not plan.before or not any("django.contrib.auth" in file.text for file in tree.files):
        return plan
    step = StartPlan(
        StartKind.SCRIPT,
        (PurePosixPath(manage.target).name, "createsuperuser", "--noinput"),
        "django",
        folder=manage.folder,
        environment=DJANGO_SUPERUSER,
        origin="so that what only staff may do can be reached",
    )
    return replace(plan, before=(*plan.before, step))


def _of_one_service(tree: SourceTree, command: str | None) -> tuple[Application, ...]:
    """The applications of the service in the folder; those in sub-projects only if there is just one of these."""
    projects: dict[str, list[Application]] = {}
    for application in tree.applications:
        projects.setdefault(_project_of(tree.root, application), []).append(application)
    if "." in projects:
        return tuple(projects["."])
    if len(projects) > 1 and command is None:
        listed = "\n".join(
            f"{folder}: {applications[0].framework} ({applications[0].location})"
            for folder, applications in sorted(projects.items())
        )
        raise CrashworthyError(
            f"{tree.root} holds {len(projects)} services: {', '.join(sorted(projects))}",
            remedy=f"test one at a time: crashworthy test {tree.root / min(projects)}",
            details=listed,
        )
    return tree.applications


def _project_of(root: Path, application: Application) -> str:
    """The nearest folder above the application with requirements of its own."""
    folder = PurePosixPath(application.location.file).parent
    for candidate in (folder, *folder.parents):
        if any((root / candidate / name).is_file() for name in _PROJECT_FILES):
            return str(candidate)
    return "."


def _nothing_found(root: Path) -> CrashworthyError:
    for name, (language, example) in _OTHER_LANGUAGES.items():
        if (root / name).is_file():
            return CrashworthyError(
                f"{root} holds a {language} service ({name}), and crashworthy does not guess how to start one",
                remedy=f"say how in crashworthy.toml: [service] command = {_docker_start(root) or example!r}".replace(
                    "'", '"'
                ),
            )
    if (root / "Dockerfile").is_file():
        command = _docker_start(root) or "COMMAND --port {port}"
        return CrashworthyError(
            f"{root} starts its service in a container only (Dockerfile), which crashworthy does not run",
            remedy=f"say how to start it without one in crashworthy.toml: [service] command = {command!r}".replace(
                "'", '"'
            ),
        )
    python = any(True for _ in root.rglob("*.py"))
    what = "no web application among the Python files" if python else "no service"
    return CrashworthyError(
        f"{what} in {root}",
        remedy='pass the folder of the service, or say how to start it in crashworthy.toml: [service] command = "..."',
    )


def _docker_start(root: Path) -> str:
    path = root / "Dockerfile"
    return dockerfile_command(path) if path.is_file() else ""
