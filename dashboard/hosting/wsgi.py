"""The application behind a WSGI server: ``dashboard.hosting.wsgi:server``."""

from dashboard.app import served_app
from dashboard.hosting.roll_call import RollCall
from dashboard.settings import Settings

_settings = Settings.from_environment(behind_gunicorn=True)
roll_call = RollCall.of(_settings)
server = served_app(_settings, hosts=roll_call.sentence).server
