"""Note what each seal covers: plans sealed before this do not cover the reason of a correction."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Give plans there are the first format, and new ones the second."""

    dependencies = [("publish", "0001_first_tables")]

    operations = [
        migrations.AddField(
            model_name="publishedplan",
            name="seal_format",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="publishedplan",
            name="seal_format",
            field=models.PositiveSmallIntegerField(default=2),
        ),
    ]
