"""Views people keep of a page belong to `sop` now; their table stays."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('demand', '0017_cleansing_cause'),
        ('sop', '0010_saved_views'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name='SavedView')]),
    ]
