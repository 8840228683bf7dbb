"""One settings module; everything that differs between installations is read from the environment."""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from sop import env

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.boolean("DEBUG", False)
DEMO = env.boolean("SOP_DEMO", False)
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", "")
# The demo runs on plain http on this computer only; everywhere else cookies travel on https alone.
HTTPS = env.boolean("HTTPS", not (DEMO or DEBUG))

INSTALLED_APPS = [
    "sop.apps.SopConfig",
    "demand.apps.DemandConfig",
    "supply.apps.SupplyConfig",
    "reconcile.apps.ReconcileConfig",
    "review.apps.ReviewConfig",
    "publish.apps.PublishConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "simple_history",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sop.middleware.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "sop.middleware.SessionAgeMiddleware",
    "sop.middleware.WayBackMiddleware",
    "sop.middleware.PasswordChangeMiddleware",
    "sop.middleware.CompanyTimeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sop.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "sop.urls"
WSGI_APPLICATION = "sop.wsgi.application"
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
                "sop.context.shell",
            ],
            "builtins": ["sop.templatetags.sop", "sop.templatetags.figures"],
        },
    }
]

# Each thread keeps its connection; one that a restarted server has cut is found at the start of the next request.
DATABASES = {
    "default": env.database()
    | {
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": f"-c statement_timeout={env.number('STATEMENT_TIMEOUT_MS', 15000)}"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")

AUTH_USER_MODEL = "sop.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sop:sign-in"
LOGIN_REDIRECT_URL = "sop:home"
LOGOUT_REDIRECT_URL = "sop:sign-in"
AXES_FAILURE_LIMIT = 6
AXES_VERBOSE = False  # no line of its own at every start
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "sop.views.people.locked_out"

SESSION_COOKIE_AGE = 8 * 3600  # idle; SessionAgeMiddleware ends a session 12 h after sign-in whatever happens
SESSION_SAVE_EVERY_REQUEST = True
SESSION_ABSOLUTE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.boolean("BEHIND_PROXY", False) else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "en"
USE_I18N = False
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "UTC"  # timestamps; months and deadlines use the company's own zone (Company.timezone)
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# What packages bring along for their own pages is not used, so it is neither collected nor served.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
# Where nothing is collected (demo, tests) files are served straight from static/.
COLLECTED = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles"))
STATIC_ROOT = COLLECTED if COLLECTED.exists() else None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "sop.static_storage.HashedStaticFilesStorage"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# A page's biggest paste is 5,000 rows x 24 months as JSON; an uploaded file is bounded by IMPORT_MAX_BYTES.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 2**20
IMPORT_MAX_BYTES = env.number("IMPORT_MAX_BYTES", 100 * 2**20)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# Early acknowledgement: the job table, not the broker, knows what is unfinished; the sweeper sends it again.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True  # a hint held behind a long part would wait while other workers are free
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_TASK_SOFT_TIME_LIMIT = 600
CELERY_TASK_TIME_LIMIT = 660
CELERY_TASK_PUBLISH_RETRY = False  # a page must not wait for a broker that is down
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The broker gets a second and one try: a page must not wait for it. Workers and beat reconnect by rules of their own.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
SWEEP_SECONDS = env.number("SWEEP_SECONDS", 10)
CELERY_BEAT_SCHEDULE = {
    # A sweep nobody ran in time is not worth running late.
    "sweep-jobs": {"task": "sop.tasks.sweep_jobs", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}}
}
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 60)  # a worker silent for this long has lost its part

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "sop.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "sop.api.pagination.BoundedPagination",
    "EXCEPTION_HANDLER": "sop.api.errors.handle",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sales and operations planning",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": False,
    # Many things have a state and a kind; each set of choices keeps its own name.
    "ENUM_NAME_OVERRIDES": {
        "CycleState": "sop.constants.CycleState",
        "StepKind": "sop.constants.StepKind",
        "StepState": "sop.constants.StepState",
        "Progress": "sop.constants.Progress",
        "JobState": "sop.constants.JobState",
        "AssumptionKind": "demand.constants.AssumptionKind",
        "AssumptionState": "demand.constants.AssumptionState",
        "RunningState": "demand.constants.RunningState",
        "CleansingKind": "demand.constants.CleansingKind",
        "CleansingState": "demand.constants.CleansingState",
        "FlagKind": "supply.constants.FlagKind",
        "FlagState": "supply.constants.FlagState",
        "ConflictKind": "reconcile.constants.ConflictKind",
        "ConflictState": "reconcile.constants.ConflictState",
        "LeverKind": "reconcile.constants.LeverKind",
        "ScenarioState": "reconcile.constants.ScenarioState",
        "QuestionState": "review.constants.QuestionState",
        "ApprovalState": "review.constants.ApprovalState",
        "MeasureKind": "publish.constants.MeasureKind",
        "CheckState": "publish.constants.CheckState",
    },
}

SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "sop.logs.RequestIdFilter"}},
    "formatters": {"json": {"()": "sop.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"django.server": {"level": "WARNING"}},
}
