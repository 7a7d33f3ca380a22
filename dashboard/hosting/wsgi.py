"""The application behind a WSGI server: ``dashboard.hosting.wsgi:server``."""

from dashboard.app import served_app
from dashboard.settings import Settings

server = served_app(Settings.from_environment(behind_gunicorn=True)).server
