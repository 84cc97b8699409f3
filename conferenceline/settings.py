"""Settings, read from the environment. ./run writes a .env for development; tests/settings.py sets its own.

Every variable is named, with its meaning, in .env.example.
"""

import hashlib
import re
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
import redis
from csp.constants import NONE, SELF
from huey.serializer import SignedSerializer

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.escape_proxy = True  # "$NAME" is the value of another variable; "\$NAME" is a value that starts with "$"
if env.bool("DJANGO_READ_DOT_ENV", default=True):  # off in the tests, which a developer's .env must not reach
    env.read_env(BASE_DIR / ".env")

SECRET_KEY = env("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
SANDBOX = env.bool("SANDBOX", default=False)

PORT = env.int("PORT", default=8000)  # on the loopback interface: gunicorn.conf.py
# The one source of absolute URLs and of signature checks: where Twilio reaches this installation.
PUBLIC_URL = env("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
VOICE_FALLBACK_URL = env("VOICE_FALLBACK_URL", default=f"{PUBLIC_URL}/voice/trouble/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname or ""])

# Twilio
TWILIO_ACCOUNT_SID = env("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env("TWILIO_AUTH_TOKEN", default="")
TWILIO_AUTH_TOKEN_NEXT = env("TWILIO_AUTH_TOKEN_NEXT", default="")
TWILIO_API_KEY_SID = env("TWILIO_API_KEY_SID", default="")
TWILIO_API_KEY_SECRET = env("TWILIO_API_KEY_SECRET", default="")
TWILIO_VERIFY_SERVICE_SID = env("TWILIO_VERIFY_SERVICE_SID", default="")
# Whether sends name the service's rate limits, which manage.py provision_number makes; a service without refuses them.
VERIFY_RATE_LIMITS = env.bool("VERIFY_RATE_LIMITS", default=False)
TWILIO_MESSAGES_FROM = env("TWILIO_MESSAGES_FROM", default="")  # E.164; who texts are from, codes excepted
TWILIO_MESSAGING_SERVICE_SID = env("TWILIO_MESSAGING_SERVICE_SID", default="")  # instead of it
TWILIO_HTTP_CLIENT = "twilio.http.http_client.TwilioHttpClient"
TWILIO_TIMEOUT = env.float("TWILIO_TIMEOUT", default=5.0)  # seconds; Twilio gives a webhook 15

SANDBOX_ACCOUNT_SID = "AC" + "0" * 32
SANDBOX_LINE = "+12025550100"  # the number that the pretend Twilio answers with this installation
if SANDBOX:
    # A pretend account. The check conferenceline.E001 refuses it beside a real one.
    TWILIO_ACCOUNT_SID = TWILIO_ACCOUNT_SID or SANDBOX_ACCOUNT_SID
    TWILIO_AUTH_TOKEN = TWILIO_AUTH_TOKEN or hashlib.sha256(f"sandbox {SECRET_KEY}".encode()).hexdigest()[:32]
    TWILIO_VERIFY_SERVICE_SID = TWILIO_VERIFY_SERVICE_SID or "VA" + "0" * 32
    TWILIO_MESSAGES_FROM = TWILIO_MESSAGES_FROM or SANDBOX_LINE
    TWILIO_HTTP_CLIENT = "sandbox.rest.SandboxHttpClient"
    SANDBOX_CHANNELS = ("sms", "whatsapp", "call", "email")  # that the pretend Verify service is set up for
    SANDBOX_TRANSPORT = "sandbox.exchange.transport.HttpTransport"  # how the phones in the browser reach PUBLIC_URL

# The line: what it asks for, and how long it waits
CODE_LENGTH = env.int("CODE_LENGTH", default=6)  # digits; must equal the Verify service's
LINE_LANGUAGE = env("LINE_LANGUAGE", default="en")  # spoken until a caller's own is known
LINE_OFFERS_ROSTER_NUMBER = env.bool("LINE_OFFERS_ROSTER_NUMBER", default=True)
ROOM_NAME_PREFIX = env("ROOM_NAME_PREFIX", default="line")  # two installations on one account must differ
PHONENUMBER_DEFAULT_REGION = env("PHONE_REGION", default="US")  # how numbers without a country code are read
PHONENUMBER_DB_FORMAT = "E164"

# Limits, each COUNT/SECONDS. verification/throttle.py applies them.
LIMITS = {
    "sends_per_contact": env("LIMIT_SENDS_PER_CONTACT", default="3/600"),
    "sends_per_line": env("LIMIT_SENDS_PER_LINE", default="10/3600"),
    "wrong_codes_per_contact": env("LIMIT_WRONG_CODES_PER_CONTACT", default="5/600"),
    "app_codes_per_contact": env("LIMIT_APP_CODES_PER_CONTACT", default="45/86400"),
    "roster_numbers_per_line": env("LIMIT_ROSTER_NUMBERS_PER_LINE", default="10/3600"),
    "roster_numbers": env("LIMIT_ROSTER_NUMBERS", default="100/600"),
    "tests_per_contact": env("LIMIT_TESTS_PER_CONTACT", default="1/600"),
    "tests_per_team": env("LIMIT_TESTS_PER_TEAM", default="20/3600"),
    "notices_per_contact": env("LIMIT_NOTICES_PER_CONTACT", default="3/86400"),
    "wrong_passcodes_per_line": env("LIMIT_WRONG_PASSCODES_PER_LINE", default="10/3600"),
    "wrong_passcodes_per_conference": env("LIMIT_WRONG_PASSCODES_PER_CONFERENCE", default="30/600"),
    "sends_per_hour": env("LIMIT_SENDS_PER_HOUR", default="500/3600"),
    "sends_per_day": env("LIMIT_SENDS_PER_DAY", default="2000/86400"),
    "unlocks_per_person": env("LIMIT_UNLOCKS_PER_PERSON", default="3/3600"),
    "wrong_sign_ins_per_browser": env("LIMIT_WRONG_SIGN_INS_PER_BROWSER", default="5/900"),
    "wrong_sign_ins_per_login": env("LIMIT_WRONG_SIGN_INS_PER_LOGIN", default="50/3600"),
    "wrong_sign_ins_per_address": env("LIMIT_WRONG_SIGN_INS_PER_ADDRESS", default="100/3600"),
    "reset_mails_per_address": env("LIMIT_RESET_MAILS_PER_ADDRESS", default="3/3600"),
}
# Whom the line tells by mail that they called too early or too late: those so near to their conference. 0: nobody.
TELL_CALLERS_WITHIN = timedelta(hours=env.int("TELL_CALLERS_WITHIN_HOURS", default=24))
CHANNEL_RESTS = env.int("CHANNEL_RESTS", default=600)  # seconds that a channel out of service is tried last
# Of new contacts. Each question costs money, but in the sandbox.
LOOKUP_LINE_TYPES = env.bool("LOOKUP_LINE_TYPES", default=SANDBOX)
# Of people in conferences that want it, within the day before. Each question costs money; carriers approve it first.
LOOKUP_SIM_SWAPS = env.bool("LOOKUP_SIM_SWAPS", default=SANDBOX)
LOOKUP_REASSIGNED_NUMBERS = env.bool("LOOKUP_REASSIGNED_NUMBERS", default=SANDBOX)
LOOKUP_CALL_FORWARDING = env.bool("LOOKUP_CALL_FORWARDING", default=SANDBOX)
SIM_SWAP_RESTS = timedelta(hours=env.int("SIM_SWAP_HOURS", default=72))  # so long no code goes to it there
WRONG_CODES_PER_CALL = env.int("WRONG_CODES_PER_CALL", default=3)
WRONG_PASSCODES_PER_CALL = env.int("WRONG_PASSCODES_PER_CALL", default=3)
# The countries (two letters each) to whose numbers codes may go. Empty: of each team, those that its people call from.
ALLOWED_COUNTRIES = [country.upper() for country in env.list("ALLOWED_COUNTRIES", default=[])]
# And how those numbers must begin, such as +1202. Empty: however they begin.
ALLOWED_PREFIXES = [re.sub(r"[\s().-]", "", prefix) for prefix in env.list("ALLOWED_PREFIXES", default=[])]
# Unusual calls: from how many on they are, in so many seconds. verification/unusual.py notices them.
UNUSUAL_SECONDS = env.int("UNUSUAL_SECONDS", default=3600)
UNUSUAL_ROSTER_NUMBERS = env.int("UNUSUAL_ROSTER_NUMBERS", default=6)  # wrong ones, from one line
UNUSUAL_WRONG_CODES = env.int("UNUSUAL_WRONG_CODES", default=6)  # for one contact, over two calls or more
UNUSUAL_WRONG_PASSCODES = env.int("UNUSUAL_WRONG_PASSCODES", default=9)  # for one conference, over two calls or more
UNUSUAL_UNKNOWN_LINES = env.int("UNUSUAL_UNKNOWN_LINES", default=30)  # calls that are not recognized
# Codes that arrive: where, of so many codes in so many seconds, less than this part was typed, it is told.
CONVERSION_SECONDS = env.int("CONVERSION_SECONDS", default=7200)
CONVERSION_CODES = env.int("CONVERSION_CODES", default=20)
CONVERSION_PERCENT = env.int("CONVERSION_PERCENT", default=50)
# Estimates, for the page of codes and cost alone: for one message of each channel, and for each code that was right.
CODE_PRICES = env.dict(
    "CODE_PRICES", default={"sms": "0.0083", "whatsapp": "0.0083", "call": "0.014", "email": "0", "entered": "0.05"}
)
CODE_CURRENCY = env("CODE_CURRENCY", default="USD")
ROSTER_NUMBERS_PER_CALL = env.int("ROSTER_NUMBERS_PER_CALL", default=3)
# How long after a drop somebody gets back in without a second code, where their conference allows it
COME_BACK_WITHIN = timedelta(minutes=env.int("COME_BACK_MINUTES", default=5))
BY_HAND_LASTS = timedelta(minutes=env.int("BY_HAND_MINUTES", default=15))  # how long somebody's next call is let in

# The dates of what repeats are stored so far ahead, and no more of one conference: manage.py lay_out_dates goes on.
DATES_AHEAD = timedelta(days=env.int("DATES_AHEAD_DAYS", default=400))
DATES_MOST = env.int("DATES_MOST", default=450)

LIVE_CALLS_MOST = env.int("LIVE_CALLS_MOST", default=200)  # over all rooms; a caller more hears the one refusal
# And so many beyond them, from lines on file for which the carrier vouches: strangers cannot fill the line for these.
RESERVED_CALLS_MOST = env.int("RESERVED_CALLS_MOST", default=50)
RETENTION_DAYS = env.int("RETENTION_DAYS", default=90)  # how long calls and what happened in them are kept

# Work in the background. The database says what is owed; the queue only wakes the worker, and may be lost at any time.
QUEUE_URL = env("QUEUE_URL", default="")  # redis://... for several hosts; else a file beside the project
EMBEDDED_WORKER = env.bool("EMBEDDED_WORKER", default=not QUEUE_URL)  # inside the server: gunicorn.conf.py
HUEY = {
    "name": "line",
    "immediate": False,
    "results": False,
    "serializer": SignedSerializer(
        secret=SECRET_KEY, salt="conferenceline.queue"
    ),  # the default would run what it reads
    "consumer": {"workers": 2, "worker_type": "thread", "max_delay": 1.0},
}

# Django
INSTALLED_APPS = [
    "conferenceline.admin_site.LineAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "phonenumber_field",
    "timezone_field",
    "csp",
    "simple_history",
    "import_export",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "huey.contrib.djhuey",
    "conferenceline",
    "conferenceline.accounts",
    "participants",
    "verification",
    "rooms",
]
if SANDBOX:
    INSTALLED_APPS.append("sandbox")

MIDDLEWARE = [
    "conferenceline.middleware.RequestLog",
    "conferenceline.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "conferenceline.accounts.middleware.OnlyProvenSessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "conferenceline.urls"
WSGI_APPLICATION = "conferenceline.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that will write waits for its turn at its start, instead of failing in its middle.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 5,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options.setdefault("connect_timeout", 3)  # seconds, of a webhook's 15
    # Whoever died with a row locked must not keep every other caller of that room waiting.
    _options.setdefault("options", "-c lock_timeout=5s -c idle_in_transaction_session_timeout=15s")
if QUEUE_URL:
    _pool = redis.ConnectionPool.from_url(QUEUE_URL, socket_connect_timeout=2, socket_timeout=5)  # seconds
    HUEY |= {"huey_class": "huey.RedisHuey", "connection_pool": _pool}
else:  # beside a database in a file: that can be written to where the project cannot
    _is_file = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
    _queue = (Path(DATABASES["default"]["NAME"]).parent if _is_file else BASE_DIR) / "queue.sqlite3"
    HUEY |= {"huey_class": "huey.SqliteHuey", "filename": str(_queue), "timeout": 2}
# Nothing is cached: what hosts must agree on is rows. Django's default would be a memory of each process alone.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Signing in to the admin: docs/security.md
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=not (DEBUG or SANDBOX))
OTP_TOTP_ISSUER = "Conferenceline"  # what the authenticator app shows
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # together, so that a stranger elsewhere locks out nobody
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying on does not make it longer
AXES_RESET_ON_SUCCESS = True  # the second factor included
AXES_CLIENT_IP_CALLABLE = "conferenceline.accounts.addresses.client_address"
AXES_WHITELIST_CALLABLE = "conferenceline.accounts.guesses.is_known_browser"
AXES_LOCKOUT_CALLABLE = "conferenceline.accounts.pages.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "code", "csrfmiddlewaretoken"]  # not kept, not logged
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

SESSION_COOKIE_AGE = env.int("SIGN_IN_IDLE_SECONDS", default=2 * 3600)  # without a request
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# Mail. Without a server of its own a production has the one on its host, if there is one.
HAS_MAIL_SERVER = env("EMAIL_URL", default="") != ""
vars().update(env.email_url("EMAIL_URL", default="consolemail://" if DEBUG or SANDBOX else "smtp://localhost:25"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)  # seconds
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"Conferenceline <line@{urlsplit(PUBLIC_URL).hostname}>")
if SANDBOX and not HAS_MAIL_SERVER:
    EMAIL_BACKEND = "sandbox.mail.PhonePageBackend"  # shows it beside the phones too

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "conferenceline.formats"
LANGUAGES = [("en", "English"), ("es", "Spanish")]  # each with its voice: conferenceline/telephony/voices.py
TIME_ZONE = "UTC"
USE_TZ = True

# Exported files: nothing in a cell is a formula (participants/admin/export.py), and control characters are shown.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_ESCAPE_ILLEGAL_CHARS_ON_EXPORT = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# https in front: cookies and redirects follow PUBLIC_URL, so that a plain-http demo on loopback still works.
_https = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if _https else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
# Whoever owns the domain speaks for its other hosts (W005, W021); the proxy in front redirects to https (W008).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

METRICS_TOKEN = env("METRICS_TOKEN", default="")  # whoever has it may read /metrics; without one nobody may

# For a terminal, or a JSON object a line for whoever collects logs. conferenceline/logs.py says what is in a line.
LOG_FORMAT = env("LOG_FORMAT", default="terminal" if DEBUG or sys.stderr.isatty() else "json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "conferenceline.logs.formatter", "as_json": LOG_FORMAT == "json"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # At INFO it writes URLs and headers, and with them phone numbers (twilio/http/http_client.py).
        "twilio.http_client": {"level": "WARNING"},
        "huey": {
            "handlers": ["console"],
            "level": "WARNING",
            "propagate": False,
        },  # at INFO: every minute a line or three
        "axes": {"level": "WARNING"},  # failed and refused logins, with the address
        "django": {"handlers": []},  # its own console handler would write everything a second time
        "django.request": {"level": "ERROR"},  # each refused request has its line already
    },
}
