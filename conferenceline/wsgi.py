"""The WSGI application that gunicorn serves."""

import io
import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conferenceline.settings")

application = get_wsgi_application()

# A server that was started without manage.py must refuse a wrong configuration too: raises SystemCheckError.
call_command("check", stdout=io.StringIO())
