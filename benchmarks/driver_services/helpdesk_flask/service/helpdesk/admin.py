from functools import wraps

from flask import Blueprint, abort, jsonify, request
from flask_login import current_user, login_required

from .extensions import db
from .models import Ticket, User

admin_bp = Blueprint("admin", __name__)


def agent_required(view):
    @wraps(view)
    @login_required
    def wrapped(*args, **kwargs):
        if not current_user.is_agent:
            abort(403)
        return view(*args, **kwargs)

    return wrapped


@admin_bp.get("/stats")
@agent_required
def stats():
    return jsonify(
        users=User.query.count(),
        open=Ticket.query.filter_by(status="open").count(),
        closed=Ticket.query.filter_by(status="closed").count(),
    )


@admin_bp.post("/users/<int:user_id>/promote")
@agent_required
def promote(user_id):
    user = db.session.get(User, user_id) or abort(404)
    user.is_agent = request.form.get("agent", "1") == "1"
    db.session.commit()
    return jsonify(id=user.id, username=user.username, is_agent=user.is_agent)


@admin_bp.delete("/tickets/<int:ticket_id>")
@agent_required
def delete_ticket(ticket_id):
    ticket = db.session.get(Ticket, ticket_id) or abort(404)
    db.session.delete(ticket)
    db.session.commit()
    return "", 204
