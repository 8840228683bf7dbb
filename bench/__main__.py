"""`python -m bench [NAME ...]`: every benchmark, or the named ones, one table after the other, on private servers.

forecast and supply need no database, grid needs a browser; fills, importing, review, compare, assumptions, baseline,
supply_run and supply_pages run on an empty database, planning on 5,000 series with a browser and the product's web
server, adjust on the demo company.
SOP_DATA names the real data sets that the accuracy of the baseline is measured on.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sop.local import product
from sop.local.postgres import OWNER
from sop.local.servers import DATABASE, Servers
from sop.local.venv import ROOT

WITHOUT_DATABASE = ("forecast", "supply", "grid")
# Each on a database of its own, made by these commands.
WITH_DATABASE: dict[str, tuple[Sequence[str], ...]] = {
    "fills": (),
    "importing": (("migrate", "--verbosity", "0"),),
    "planning": (("migrate", "--verbosity", "0"),),
    "adjust": (("migrate", "--verbosity", "0"), ("seed_demo",)),
    "review": (("migrate", "--verbosity", "0"),),
    "assumptions": (("migrate", "--verbosity", "0"),),
    "baseline": (("migrate", "--verbosity", "0"),),
    "compare": (("migrate", "--verbosity", "0"),),
    "supply_run": (("migrate", "--verbosity", "0"),),
    "supply_pages": (("migrate", "--verbosity", "0"),),
}


def main() -> int:
    """Run what is asked for; return 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [*WITHOUT_DATABASE, *WITH_DATABASE]
    parser.add_argument("names", nargs="*", choices=[*names, []], metavar="NAME", help=", ".join(names))
    wanted = parser.parse_args().names or names
    failed = [name for name in wanted if name in WITHOUT_DATABASE and not ran(name, os.environ.copy())]
    with_database = [name for name in wanted if name in WITH_DATABASE]
    if with_database:
        failed += on_private_servers(with_database)
    print(f"\nFAILED: {', '.join(failed)}" if failed else "")
    return bool(failed)


def on_private_servers(names: Sequence[str]) -> list[str]:
    """Run benchmarks that need a database; return those that failed."""
    with tempfile.TemporaryDirectory(prefix="sop-bench-") as folder:
        servers = Servers(Path(folder), durable=True)
        servers.start()
        try:
            return [name for name in names if not on_own_database(name, servers)]
        finally:
            servers.stop()


def on_own_database(name: str, servers: Servers) -> bool:
    """Make a database afresh, run one benchmark on it and tell whether it went well."""
    servers.postgres.drop_database(DATABASE)
    servers.postgres.create_database(DATABASE)
    addresses = {"DATABASE_URL": servers.postgres.url(DATABASE, OWNER), "REDIS_URL": servers.valkey.url}
    environment = product.environment(addresses, "bench" * 12) | product.JOB_SETTINGS
    for words in WITH_DATABASE[name]:
        subprocess.run(product.manage_command(*words), cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return ran(name, environment)


def ran(name: str, environment: dict[str, str]) -> bool:
    """Run one benchmark as a process of its own: what it loads and holds is its own."""
    return (
        subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=ROOT, env=environment, check=False).returncode == 0
    )


if __name__ == "__main__":
    sys.exit(main())
