"""The timeline for a terminal: what concurrent requests did, side by side, one line per thing that happened."""

from __future__ import annotations

from itertools import pairwise

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from crashworthy.reports.legible import one_line
from crashworthy.reports.story import ATTACK, duration
from crashworthy.reports.timeline import NO_ANSWER, Lane, Mark, MarkKind, Timeline

MOST_COLUMNS = 4
MOST_ROWS = 24
_NARROWEST = 22
_TIME_WIDTH = 9

_STYLES = {
    MarkKind.READ: "cyan",
    MarkKind.WRITE: "bold magenta",
    MarkKind.COMMIT: "bold green",
    MarkKind.ROLLBACK: "yellow",
    MarkKind.OUTBOUND: "blue",
    MarkKind.BARRIER: "dim",
    MarkKind.EXCEPTION: "bold red",
    MarkKind.FILE: "bold magenta",
    MarkKind.FAULT: "bold red",
    MarkKind.START: "bold green",
}


def draw(picture: Timeline, width: int, *, in_turn: bool = False) -> RenderableType | None:
    """A column for each of the attack's requests that overlap; one for all where one of them was broken off.

    None where the sensor saw nothing inside, and of requests that were answered in turn, unless `in_turn` wants them.
    """
    lanes = picture.of_part(ATTACK)
    if not any(lane.marks for lane in lanes):
        return None
    if len(lanes) < 2 or not _overlap(lanes):
        broken = any(mark.kind is MarkKind.FAULT for lane in lanes for mark in lane.marks)
        return _one_column(lanes[:MOST_COLUMNS], width - _TIME_WIDTH - 1) if broken or in_turn else None
    columns = min(len(lanes), MOST_COLUMNS, max(1, (width - _TIME_WIDTH) // _NARROWEST))
    room = (width - _TIME_WIDTH - columns) // columns
    shown = lanes[: max(columns, 1)] if columns > 1 else lanes[:MOST_COLUMNS]
    return _side_by_side(shown, room) if columns > 1 else _one_column(shown, room)


def _overlap(lanes: tuple[Lane, ...]) -> bool:
    ordered = sorted(lanes, key=lambda lane: lane.started)
    return any(later.started < earlier.ended for earlier, later in pairwise(ordered))


def _rows(lanes: tuple[Lane, ...]) -> list[tuple[float, int, Mark | None]]:
    """Things that happened by time: the time, the column, and a mark or None for the answer."""
    rows: list[tuple[float, int, Mark | None]] = []
    for column, lane in enumerate(lanes):
        rows += [(mark.at, column, mark) for mark in lane.marks]
        rows.append((lane.ended, column, None))
    return sorted(rows, key=lambda row: row[0])


def _side_by_side(lanes: tuple[Lane, ...], room: int) -> RenderableType:
    room = min(room, _widest(lanes))
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="dim", no_wrap=True, width=_TIME_WIDTH - 1)
    for _ in lanes:
        table.add_column(no_wrap=True, overflow="ellipsis", width=room)
    heads = [Text(one_line(f"{lane.number} {lane.title}", room), style="underline") for lane in lanes]
    table.add_row("", *heads)
    origin = min(lane.started for lane in lanes)
    places = _short_places(lanes)
    rows = _rows(lanes)
    for at, column, mark in rows[:MOST_ROWS]:
        cells = [Text("│", style="dim") if lane.started <= at <= lane.ended else Text() for lane in lanes]
        cells[column] = _cell(mark, lanes[column], room, places.get(mark.place, "") if mark else "")
        table.add_row(duration(at - origin), *cells)
    if len(rows) > MOST_ROWS:
        table.add_row("", Text(f"… {len(rows) - MOST_ROWS} more", style="dim"))
    return table


def _one_column(lanes: tuple[Lane, ...], room: int) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="dim", no_wrap=True, width=_TIME_WIDTH - 1)
    table.add_column(no_wrap=True, overflow="ellipsis")
    origin = min(lane.started for lane in lanes)
    places = _short_places(lanes)
    for at, column, mark in _rows(lanes)[:MOST_ROWS]:
        number = Text(f"{lanes[column].number} ", style="bold")
        place = places.get(mark.place, "") if mark else ""
        table.add_row(duration(at - origin), number + _cell(mark, lanes[column], room - 2, place))
    return table


def _cell(mark: Mark | None, lane: Lane, room: int, place: str = "") -> Text:
    if mark is None:
        return Text(
            lane.outcome if lane.outcome == NO_ANSWER else f"answers {lane.outcome}",
            style="bold red" if lane.failed else "bold",
        )
    spare = room - len(place) - 1
    cell = Text(one_line(mark.text, max(spare, _NARROWEST // 2)), style=_STYLES[mark.kind])
    if place and spare > len(cell):
        cell.append(" " * (spare - len(cell)) + f" {place}", style="dim")
    elif place and spare >= _NARROWEST // 2:
        cell.append(f" {place}", style="dim")
    return cell


def _widest(lanes: tuple[Lane, ...]) -> int:
    """How much room the longest cell wants."""
    places = _short_places(lanes)
    cells = [len(mark.text) + len(places.get(mark.place, "")) + 1 for lane in lanes for mark in lane.marks]
    return max(*cells, *(len(lane.title) + 4 for lane in lanes), _NARROWEST)


def _short_places(lanes: tuple[Lane, ...]) -> dict[str, str]:
    """Places as short as they are clear: only the line where all are in one file."""
    places = {mark.place for lane in lanes for mark in lane.marks if mark.place}
    files = {place.rpartition(":")[0] for place in places}
    return {place: f":{place.rpartition(':')[2]}" if len(files) == 1 else place.rpartition("/")[2] for place in places}
