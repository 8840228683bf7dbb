"""Drop a column nobody wrote: which cells are held out of a spread is the browser's own, on the grid's page."""

from django.db import migrations


class Migration(migrations.Migration):
    """Remove it from the table and from its history."""

    dependencies = [("demand", "0002_series_scale")]

    operations = [
        migrations.RemoveField(model_name="historicaloverride", name="held"),
        migrations.RemoveField(model_name="override", name="held"),
    ]
