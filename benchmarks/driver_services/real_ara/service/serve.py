"""ARA Records Ansible: its API server on SQLite, migrated at the start, behind waitress."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ara.server.settings")
os.environ.setdefault("ARA_BASE_DIR", os.path.abspath("ara-data"))
os.environ.setdefault("ARA_ALLOWED_HOSTS", "['*']")

from ara import server  # noqa: E402, F401
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from waitress import serve  # noqa: E402

application = get_wsgi_application()
call_command("migrate", verbosity=0)

if __name__ == "__main__":
    serve(application, host="127.0.0.1", port=8000)
