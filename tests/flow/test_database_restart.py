"""A database that restarts: who asks meanwhile waits a moment, who asks afterwards notices nothing."""

import secrets
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from tests.support.live import Live

PEOPLE = 24  # more than the web server has threads, so that each thread has a connection of its own


def _asked(live: Live, _: int) -> int:
    # Whose session this is, only the database knows.
    asking = urllib.request.Request(live.url, headers={"Cookie": f"sessionid={secrets.token_hex(16)}"})
    with urllib.request.urlopen(asking, timeout=30) as answer:
        return int(answer.status)


def _all_asked(live: Live) -> list[int]:
    with ThreadPoolExecutor(PEOPLE) as people:
        return list(people.map(lambda number: _asked(live, number), range(PEOPLE)))


def test_every_thread_finds_the_restarted_database_at_once(live: Live) -> None:
    for _ in range(4):
        assert _all_asked(live) == [200] * PEOPLE
    live.postgres_crash()
    live.postgres_start()
    begun = time.monotonic()
    for _ in range(4):
        assert _all_asked(live) == [200] * PEOPLE
    # Not a measurement: a thread that goes through cut connections one by one needs its whole ten seconds.
    assert time.monotonic() - begun < 8


def test_who_asks_while_the_database_restarts_waits_for_it(live: Live) -> None:
    _all_asked(live)
    live.postgres_crash()
    with ThreadPoolExecutor(1) as meanwhile:
        asked = meanwhile.submit(_all_asked, live)
        time.sleep(1.5)
        live.postgres_start()  # from this thread: a server ends with the thread that started it
        assert asked.result() == [200] * PEOPLE
