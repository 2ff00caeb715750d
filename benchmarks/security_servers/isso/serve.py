"""isso for one website, as its documentation runs it: `isso -c isso.cfg run`, with the database beside it."""

from isso import config, make_app
from werkzeug.serving import run_simple

app = make_app(config.load(config.default_file(), "isso.cfg"))

if __name__ == "__main__":
    run_simple("127.0.0.1", 8090, app, threaded=True)
