"""The product's settings on the servers of the tests."""

import os

from tests.support import servers

os.environ.setdefault("SECRET_KEY", "the tests sign nothing that matters")
os.environ.setdefault("SOP_DEMO", "1")
os.environ |= servers.addresses()

from sop.settings import *  # noqa: F403
from sop.settings import DATABASES

# One connection, no pool: each test's transaction must be on the connection the code under test uses.
# Tests of races empty the tables behind them, those of record too (sop/sql/record.py); only TRUNCATE gets through.
DATABASES["default"]["OPTIONS"] = {"options": "-c sop.maintenance=on"}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow on purpose
LOGGING_CONFIG = None
# The browser driver keeps an event loop in this thread; the tests use the ORM beside it, never in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
