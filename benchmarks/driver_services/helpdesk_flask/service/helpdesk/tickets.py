from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, Length

from .extensions import db
from .models import Comment, Ticket

tickets_bp = Blueprint("tickets", __name__)


class TicketForm(FlaskForm):
    subject = StringField("Subject", validators=[DataRequired(), Length(5, 140)])
    body = TextAreaField("What happened?", validators=[DataRequired(), Length(min=10)])
    priority = SelectField("Priority", choices=[("low", "Low"), ("normal", "Normal"), ("urgent", "Urgent")])
    submit = SubmitField("Save")


class CommentForm(FlaskForm):
    text = TextAreaField("Comment", validators=[DataRequired(), Length(max=2000)])
    submit = SubmitField("Send")


def get_ticket_or_404(ticket_id):
    ticket = db.session.get(Ticket, ticket_id) or abort(404)
    if ticket.author_id != current_user.id and not current_user.is_agent:
        abort(403)
    return ticket


@tickets_bp.route("/")
@login_required
def index():
    query = Ticket.query if current_user.is_agent else Ticket.query.filter_by(author_id=current_user.id)
    status = request.args.get("status")
    if status in ("open", "closed"):
        query = query.filter_by(status=status)
    return render_template("tickets.html", tickets=query.order_by(Ticket.created_at.desc()).all())


@tickets_bp.route("/new", methods=["GET", "POST"])
@login_required
def new():
    form = TicketForm(priority="normal")
    if form.validate_on_submit():
        ticket = Ticket(
            subject=form.subject.data, body=form.body.data, priority=form.priority.data, author_id=current_user.id
        )
        db.session.add(ticket)
        db.session.commit()
        return redirect(url_for("tickets.show", ticket_id=ticket.id))
    return render_template("form.html", title="New ticket", form=form), 422 if form.is_submitted() else 200


@tickets_bp.route("/<int:ticket_id>")
@login_required
def show(ticket_id):
    return render_template("ticket.html", ticket=get_ticket_or_404(ticket_id), form=CommentForm())


@tickets_bp.route("/<int:ticket_id>/edit", methods=["GET", "POST"])
@login_required
def edit(ticket_id):
    ticket = get_ticket_or_404(ticket_id)
    form = TicketForm(obj=ticket)
    if form.validate_on_submit():
        form.populate_obj(ticket)
        db.session.commit()
        return redirect(url_for("tickets.show", ticket_id=ticket.id))
    return render_template("form.html", title="Edit ticket", form=form), 422 if form.is_submitted() else 200


@tickets_bp.route("/<int:ticket_id>/comments", methods=["POST"])
@login_required
def comment(ticket_id):
    ticket = get_ticket_or_404(ticket_id)
    form = CommentForm()
    if not form.validate_on_submit():
        flash("Write something first", "error")
        return render_template("ticket.html", ticket=ticket, form=form), 422
    db.session.add(Comment(text=form.text.data, ticket_id=ticket.id, author_id=current_user.id))
    db.session.commit()
    return redirect(url_for("tickets.show", ticket_id=ticket.id))


@tickets_bp.route("/<int:ticket_id>/close", methods=["POST"])
@login_required
def close(ticket_id):
    ticket = get_ticket_or_404(ticket_id)
    if ticket.status == "closed":
        abort(409)
    ticket.status = "closed"
    db.session.commit()
    return redirect(url_for("tickets.index"))
