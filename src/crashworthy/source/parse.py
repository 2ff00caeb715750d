"""Read a service's folder once. Nothing of it is executed."""

from __future__ import annotations

from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.source.applications import Applications, module_names
from crashworthy.source.calls import CallGraph, reach
from crashworthy.source.environment import environment_reads
from crashworthy.source.files import read_folder
from crashworthy.source.index import Index
from crashworthy.source.operations import operations
from crashworthy.source.outbound import outbound_calls
from crashworthy.source.requirements import read_requirements
from crashworthy.source.routes.find import find_routes
from crashworthy.source.tree import SourceTree


def parse_folder(root: Path) -> SourceTree:
    """Parse all Python files below `root` and find out what they serve, read and call.

    What cannot be read is left out and named in `unread`; only a `root` that is no folder is an error.
    """
    if not root.is_dir():
        raise CrashworthyError(
            f"{root} is not a folder", remedy="Give the folder that holds the service's source code."
        )
    folder = read_folder(root)
    index = Index.build(folder.files, folder.sql)
    requirements, unread_requirements = read_requirements(root)
    finder = Applications(index)
    applications = finder.find()
    own = finder.service_paths(applications)
    routes = find_routes(index, own)
    graph = CallGraph(index)
    imports = module_names(index)
    outbound = outbound_calls(index, own, imports)
    return SourceTree(
        root=root,
        files=index.files,
        applications=applications,
        operations=operations(index, routes, graph),
        environment=environment_reads(index, own),
        outbound=tuple(site for call in outbound for site in call.sites),
        requirements=requirements,
        imports=imports,
        unread=(*folder.unread, *unread_requirements),
        reach=reach(graph, routes),
    )
