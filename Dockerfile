FROM python:3.11-slim-bookworm AS packages
WORKDIR /build
COPY requirements/base.lock ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r base.lock

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN useradd --system --uid 10001 --no-create-home sop
COPY --from=packages /venv /venv
COPY manage.py ./
COPY templates templates
COPY static static
COPY sop sop
COPY demand demand
COPY supply supply
COPY reconcile reconcile
COPY review review
COPY publish publish
# The folder must be there before the settings are read: it tells them that files are served from it.
RUN mkdir staticfiles \
 && SECRET_KEY=build DATABASE_URL=postgresql:///build REDIS_URL=redis://build LOG_LEVEL=WARNING \
    python manage.py collectstatic --no-input --verbosity 0
USER 10001
EXPOSE 8000
CMD ["gunicorn", "sop.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--access-logfile", "-"]
