"""The application behind a WSGI server: ``dashboard.hosting.wsgi:server``."""

from dashboard.app import create_app
from dashboard.settings import Settings

server = create_app(Settings.from_environment(behind_gunicorn=True)).server
