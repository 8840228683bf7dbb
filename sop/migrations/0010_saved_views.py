"""Views people keep of a page move here from the demand step: the table and its rows stay as they are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sop', '0009_company_holidays'),
        ('demand', '0009_saved_views_and_review_marks'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='SavedView',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('page', models.CharField(choices=[('demand', 'Demand'), ('supply', 'Supply')], max_length=20)),
                        ('name', models.CharField(max_length=60)),
                        ('state', models.JSONField()),
                        ('is_default', models.BooleanField(default=False)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'demand_savedview',
                        'ordering': ['name'],
                        'constraints': [models.UniqueConstraint(fields=('user', 'page', 'name'), name='savedview_name_once'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('user', 'page'), name='savedview_one_default')],
                    },
                ),
            ],
        ),
    ]
