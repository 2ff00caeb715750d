"""Read a service's folder once. Nothing of it is executed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.source.analysis import Analysis
from crashworthy.source.applications import Applications, module_names
from crashworthy.source.calls import CallGraph, reach
from crashworthy.source.environment import environment_reads
from crashworthy.source.files import is_beside_the_service, read_folder
from crashworthy.source.flow.runs import Runs
from crashworthy.source.index import Index
from crashworthy.source.operations import OperationMaker
from crashworthy.source.outbound import Outbound, outbound_calls
from crashworthy.source.requirements import read_requirements
from crashworthy.source.routes.find import find_routes
from crashworthy.source.tree import OutboundSite, SourceTree


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
    runs = Runs(index, outbound)
    maker = OperationMaker(index, graph, runs)
    operations = maker.make(routes)
    reached = reach(graph, routes)
    calling = {call.scope.key for call in outbound}
    for function in index.functions.values():
        is_own = function.file.path in own and not is_beside_the_service(function.file.path)
        # What no handler reaches is run for what it does with answers, or when there are no handlers at all.
        if is_own and function.key not in reached and (not routes or function.key in calling):
            maker.runs.append(runs.of_function(function))
    analysis = Analysis(index, own, routes, graph, outbound, tuple(maker.runs))
    return SourceTree(
        root=root,
        files=index.files,
        applications=applications,
        operations=operations,
        environment=environment_reads(index, own),
        outbound=tuple(_answered(site, runs, call) for call in outbound for site in call.sites),
        requirements=requirements,
        imports=imports,
        unread=(*folder.unread, *unread_requirements),
        reach=reached,
        analysis=analysis,
    )


def _answered(site: OutboundSite, runs: Runs, call: Outbound) -> OutboundSite:
    """The site with an example of what it should be answered, where the source looks into the answer."""
    shape = runs.answers.of_site(call, site)
    return replace(site, answer=shape.example()) if shape is not None else site
