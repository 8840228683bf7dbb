"""The compose file and the Dockerfile are valid, and what they say works without a container engine."""

import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest

from sop.constants import APPEND_ONLY_TABLES
from sop.local.venv import ROOT
from tests.support.compose import SETTINGS, TOOLS, Installation, resolved

OWN = ("migrate", "web", "worker", "beat")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation: every service, and two workers."""
    running = Installation(tmp_path_factory.mktemp("compose"))
    try:
        running.build()
        running.start_servers()
        running.run("migrate")
        running.start("web")
        running.start("worker", "--hostname", "first@%h", name="first")
        running.start("worker", "--hostname", "second@%h", name="second")
        running.start("beat")
        running.wait_until_ready()
        yield running
    finally:
        running.stop()


def get(url: str, **headers: str) -> tuple[int, str, str]:
    """Return status, redirect target and text of an answer, following no redirect."""

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args: object) -> None:
            return None

    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=10) as answer:
            return answer.status, "", answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get("Location", ""), ""


@pytest.mark.parametrize(
    "command",
    [
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        ["hadolint", "Dockerfile"],
    ],
)
def test_production_files_are_valid(command: list[str]) -> None:
    done = subprocess.run([TOOLS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_setting_of_the_example_is_used() -> None:
    names = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    compose = (ROOT / "docker-compose.yml").read_text()
    used = set(re.findall(r"\$\{([A-Z_]+)", compose)) | set(re.findall(r"environment: ([A-Z_]+)\}", compose))
    assert names == used
    assert set(SETTINGS) <= names


def test_no_secret_stands_in_a_service_environment() -> None:
    services = resolved()["services"]
    shown = str([services[name].get("environment") for name in services])
    for name in ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "SECRET_KEY"):
        assert SETTINGS[name] not in shown


def test_only_migrate_knows_the_owner() -> None:
    services = resolved()["services"]
    with_owner = [
        name for name in OWN if "owner_password" in {secret["source"] for secret in services[name]["secrets"]}
    ]
    assert with_owner == ["migrate"]


def test_image_leaves_out_the_two_command_shell(installation: Installation) -> None:
    assert (installation.app / "sop" / "settings.py").exists()
    assert not (installation.app / "sop" / "local").exists()


def test_pages_are_served_behind_a_proxy_and_redirected_without(installation: Installation) -> None:
    host = {"Host": "plan.example.com"}
    assert get(installation.url, **host)[:2] == (301, "https://plan.example.com/")
    status, _, _ = get(installation.url + "sign-in/", **host, **{"X-Forwarded-Proto": "https"})
    assert status == 200
    assert get(installation.url + "sign-in/", Host="evil.example.com")[0] == 400


def test_static_files_are_served_under_names_that_change_with_their_content(installation: Installation) -> None:
    manifest = (installation.app / "staticfiles" / "staticfiles.json").read_text()
    hashed = re.search(r'"(vendor/[^"]+\.[0-9a-f]{12}\.(?:js|css))"', manifest)
    assert hashed, "collectstatic wrote no hashed vendor file"
    https = {"Host": "plan.example.com", "X-Forwarded-Proto": "https"}
    assert get(f"{installation.url}static/{hashed[1]}", **https)[0] == 200


def test_two_workers_answer_and_take_the_clock_s_work(installation: Installation) -> None:
    ping = ["celery", "--app", "sop.celery", "inspect", "ping", "--timeout", "2"]
    answered = installation.run("worker", ping)
    assert "first@" in answered
    assert "second@" in answered
    assert "2 nodes online" in answered


def test_redis_keeps_what_is_queued(installation: Installation) -> None:
    assert "noeviction" in installation.command("redis")
    assert (installation.folder / "appendonlydir").is_dir()


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_application_role_cannot_change_what_is_on_record(installation: Installation, statement: str) -> None:
    address = installation.environment("web")["DATABASE_URL"]
    with_password = address.replace("sop_app@", f"sop_app:{quote(SETTINGS['APP_PASSWORD'], safe='')}@")
    with psycopg.connect(with_password, autocommit=True) as connection:
        for table in (*APPEND_ONLY_TABLES, "sop_historicaluser", "django_migrations"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.format(table))


def test_database_refuses_a_wrong_password(installation: Installation) -> None:
    address = installation.environment("web")["DATABASE_URL"].replace("sop_app@", "sop_app:wrong@")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address)


def test_deployment_check_of_the_framework_is_clean(installation: Installation) -> None:
    installation.run("web", ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"])
