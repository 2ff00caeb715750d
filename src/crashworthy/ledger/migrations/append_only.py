"""Triggers by which the database itself refuses to change or remove rows."""

from collections.abc import Sequence

from alembic import op


def make_append_only(tables: Sequence[str]) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on these tables. On PostgreSQL crashworthy_refuse() has to be there."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in tables:
        if postgresql:
            # TRUNCATE passes by the triggers of rows.
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION crashworthy_refuse()"
            )
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            if postgresql:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION crashworthy_refuse()"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
                )
