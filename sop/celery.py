"""The Celery application; settings come from Django with the prefix CELERY_."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sop.settings")
# Workers are many processes; each numeric library that opened a thread per core would only fight with the others.
# Set here because it must be known before numpy is imported, which engines do inside the workers only.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

app = Celery("sop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
