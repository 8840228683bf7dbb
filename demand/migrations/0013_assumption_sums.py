"""What each assumption gives each series over its months, kept beside its cells; filled from those there are."""

import django.db.models.deletion
from django.db import migrations, models

FILL_SQL = """
    insert into demand_assumptionsum (cycle_id, assumption_id, series_id, state, cells, units)
    select c.cycle_id, c.assumption_id, c.series_id, c.state, count(*),
           sum(coalesce(c.quantity, coalesce(b.mean, 0) * c.percent / 100))
    from demand_assumptioncell c
    left join demand_baselinerun r on r.cycle_id = c.cycle_id and r.adopted
    left join demand_baseline b on b.run_id = r.id and b.series_id = c.series_id and b.bucket = c.bucket
    group by 1, 2, 3, 4
"""
STATES = [
    ("in_number", "In the number"),
    ("risk", "Risk"),
    ("opportunity", "Opportunity"),
    ("expired", "Expired"),
    ("withdrawn", "Withdrawn"),
]


class Migration(migrations.Migration):
    dependencies = [("demand", "0010_baseline_choices"), ("sop", "0006_change_notes")]

    operations = [
        migrations.CreateModel(
            name="AssumptionSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(choices=STATES, max_length=12)),
                ("cells", models.PositiveSmallIntegerField()),
                ("units", models.DecimalField(decimal_places=7, max_digits=24)),
                (
                    "assumption",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="demand.assumption"
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sop.cycle"),
                ),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="demand.series",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("cycle", "assumption", "series"), name="assumptionsum_once")
                ],
            },
        ),
        migrations.RunSQL(FILL_SQL, "select 1"),
    ]
