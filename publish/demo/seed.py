"""Filling an empty database with the demo company, in the order things happened."""

from datetime import date

from django.db import transaction

from demand.models import Series
from publish.demo.ahead import ahead
from publish.demo.clock import clock, moment
from publish.demo.customers import customers_write
from publish.demo.cycles import december, february, january
from publish.demo.facts import Period, facts_write
from publish.demo.keys import Keys, keys
from publish.demo.lead_times import lead_times_write
from publish.demo.master import capacity_write, company_write, costs_write, goods_write, lanes_write, money_write
from publish.demo.order_book import order_book_write
from publish.demo.people import people_write
from publish.demo.questions import questions
from publish.demo.span import FIRST
from publish.demo.story import DECEMBER, FEBRUARY, JANUARY
from publish.demo.suppliers import suppliers_write
from publish.demo.world import World, world
from sop.constants import Source
from sop.models import Company, Customer, Price, Product, User
from sop.refusals import Refused
from sop.request_context import acting
from sop.services.table import statistics_refresh
from supply.models import Sourcing, StockItem


class NotEmpty(Refused):
    """The demo company never overwrites anything."""


def database_is_empty() -> bool:
    """Return whether nobody has begun to work here."""
    return not (User.objects.exists() or Product.objects.exists() or Company.objects.exists())


@transaction.atomic
def seed(*, today: date) -> None:
    """Write the whole demo, or nothing; due dates of the open cycle follow `today`."""
    if not database_is_empty():
        raise NotEmpty("This database holds people or products already; the demo company needs an empty one.")
    with ahead() as others:
        made_up = world()
        with clock(moment(DECEMBER, 6)), acting(None, Source.COMMAND):
            users = _base_write(made_up)
        key = keys(made_up)
        others.ask(questions(made_up, key))
        _cycles_write(made_up, key, users, today)


def _cycles_write(made_up: World, key: Keys, users: dict[str, User], today: date) -> None:
    """Live through the cycles, each with what was known when it began."""
    _known_write(made_up, key, users, after=None, until=DECEMBER)
    december(users)
    _known_write(made_up, key, users, after=DECEMBER, until=JANUARY)
    january(users)
    _known_write(made_up, key, users, after=JANUARY, until=FEBRUARY)
    order_book_write(made_up, key, FEBRUARY)
    february(users, today)


def _base_write(made_up: World) -> dict[str, User]:
    """Write what was there from the start; return users by user name."""
    users = people_write()
    customers_write(users)
    suppliers_write()
    company_write(users)
    goods_write(made_up, users)
    key = keys(made_up)
    lanes_write(made_up, key)
    capacity_write(key)
    money_write(made_up, key)
    statistics_refresh(Product, Customer, Series, StockItem, Sourcing, Price)
    return users


def _known_write(made_up: World, key: Keys, users: dict[str, User], *, after: date | None, until: date) -> None:
    """Write what became known in a period, `until` being the first day of the month planned next."""
    with clock(moment(until, 6)):
        with acting(users["cora"], Source.UPLOAD):
            facts_write(made_up, key, Period(after or FIRST, until))
        with acting(users["finn"], Source.UPLOAD):
            costs_write(made_up, key, after=after, until=until)
        with acting(users["sam"], Source.PAGE):
            lead_times_write(made_up, key, after=after, until=until)
