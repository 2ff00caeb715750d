import os

from flask import Flask, redirect, url_for

from .extensions import csrf, db, login_manager
from .models import User


def create_app(config=None):
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=os.environ.get("SECRET_KEY", "dev"),
        SQLALCHEMY_DATABASE_URI=os.environ.get("DATABASE_URL", "sqlite:///helpdesk.db"),
        WTF_CSRF_TIME_LIMIT=None,
    )
    if config:
        app.config.update(config)
    db.init_app(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    login_manager.login_view = "auth.login"

    from .admin import admin_bp
    from .auth import auth_bp
    from .tickets import tickets_bp

    app.register_blueprint(auth_bp, url_prefix="/auth")
    app.register_blueprint(tickets_bp, url_prefix="/tickets")
    app.register_blueprint(admin_bp, url_prefix="/admin")

    @login_manager.user_loader
    def load_user(user_id):
        return db.session.get(User, int(user_id))

    @app.get("/")
    def index():
        return redirect(url_for("tickets.index"))

    with app.app_context():
        db.create_all()
    return app
