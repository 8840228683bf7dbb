"""The company this installation plans for, and the calendar its cycles follow."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from sop.constants import HORIZON_DEFAULT, HORIZON_MAX, HORIZON_MIN, Role, StepKind
from sop.models.history import history


class Company(models.Model):
    """The only row is the company: its name, plan currency, time zone and planning rules."""

    name = models.CharField(max_length=200, default="Your company")
    currency = models.CharField(max_length=3, default="USD")
    timezone = models.CharField(max_length=64, default="UTC")
    horizon_months = models.PositiveSmallIntegerField(
        default=HORIZON_DEFAULT, validators=[MinValueValidator(HORIZON_MIN), MaxValueValidator(HORIZON_MAX)]
    )
    # Submit asks for a reason above either: share of the month's baseline, or money.
    reason_percent = models.DecimalField(max_digits=5, decimal_places=2, default=10)
    reason_value = models.DecimalField(max_digits=14, decimal_places=2, default=25000)
    carry_rate = models.DecimalField(max_digits=5, decimal_places=4, default="0.18")  # of stock value a year
    cash_ceiling = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)  # inventory value
    purchases_ceiling = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)  # of a month
    working_days = models.BooleanField(default=False)  # whether baselines take months as long as their working days
    holidays = models.CharField(max_length=30, blank=True, default="")  # calendar, see sop.engine.public_holidays
    ets_for_a = models.BooleanField(
        default=False
    )  # whether A products' rows have exponential smoothing as third method
    history = history()

    class Meta:
        """One company per installation."""

        verbose_name_plural = "company"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="company_one_row")]

    def __str__(self) -> str:
        return self.name


class StepTemplate(models.Model):
    """One row says who owns a step and on which working day of the month it is due, for every new cycle."""

    kind = models.CharField(max_length=10, choices=StepKind, unique=True)
    owner_role = models.CharField(max_length=20, choices=Role)
    due_working_day = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(23)])
    due_hour = models.PositiveSmallIntegerField(default=17, validators=[MaxValueValidator(23)])
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    history = history()

    class Meta:
        """Listed in the order of the cycle's days."""

        ordering = ["due_working_day"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, working day {self.due_working_day}"
