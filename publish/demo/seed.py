"""Filling an empty database with the demo company, in the order things happened."""

from datetime import date

from django.db import transaction

from publish.demo.clock import clock, moment
from publish.demo.customers import customers_write
from publish.demo.facts import Period, facts_write
from publish.demo.keys import keys
from publish.demo.lead_times import lead_times_write
from publish.demo.master import company_write, costs_write, goods_write, lanes_write, money_write
from publish.demo.people import people_write
from publish.demo.span import FIRST
from publish.demo.suppliers import suppliers_write
from publish.demo.world import world
from sop.constants import Source
from sop.models import Company, Product, User
from sop.refusals import Refused
from sop.request_context import acting


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
    made_up = world()
    with clock(moment(date(2021, 12, 1), 6)), acting(None, Source.COMMAND):
        users = people_write()
        customers_write(users)
        suppliers_write()
        company_write(users)
        goods_write(made_up)
        key = keys(made_up)
        lanes_write(made_up, key)
        money_write(made_up, key)
        costs_write(made_up, key, after="", until="2021-12-01")
        facts_write(made_up, key, Period(FIRST, date(2021, 12, 1)))
        lead_times_write(made_up, key, after=None, until=date(2021, 12, 1))
    with clock(moment(date(2022, 1, 1), 6)), acting(None, Source.COMMAND):
        facts_write(made_up, key, Period(date(2021, 12, 1), date(2022, 1, 1)))
        costs_write(made_up, key, after="2021-12-01", until="2022-01-01")
    with clock(moment(date(2022, 2, 1), 6)), acting(None, Source.COMMAND):
        facts_write(made_up, key, Period(date(2022, 1, 1), date(2022, 2, 1)))
        costs_write(made_up, key, after="2022-01-01", until="2022-02-01")
