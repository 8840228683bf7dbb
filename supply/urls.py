"""Addresses of planning supply."""

from django.urls import path

from supply import views

app_name = "supply"
urlpatterns = [
    path("cycle/<int:cycle_id>/supply/", views.workbench.workbench, name="workbench"),
    path("cycle/<int:cycle_id>/supply/run/", views.workbench.run, name="run"),
    path("cycle/<int:cycle_id>/supply/export/", views.workbench.export, name="export"),
    path("cycle/<int:cycle_id>/supply/explained/", views.explained.explained, name="explained"),
    path("cycle/<int:cycle_id>/supply/explained/items/", views.explained.items, name="explained-items"),
    path("cycle/<int:cycle_id>/supply/rough-cut/", views.rough_cut.page, name="rough-cut"),
    path("cycle/<int:cycle_id>/supply/rough-cut/limit/", views.rough_cut.limit, name="limit"),
    path("cycle/<int:cycle_id>/supply/customers/", views.customers.page, name="customers"),
    path("cycle/<int:cycle_id>/supply/customers/export/", views.customers.export, name="customers-export"),
    path("cycle/<int:cycle_id>/supply/rough-cut/rule/", views.rough_cut.rule, name="cut-rule"),
    path("cycle/<int:cycle_id>/supply/risk/", views.risk.families, name="risk"),
    path("cycle/<int:cycle_id>/supply/risk/<int:family_id>/", views.risk.items, name="risk-family"),
    path("cycle/<int:cycle_id>/supply/items/<int:item_id>/", views.item.item, name="item"),
    path("cycle/<int:cycle_id>/supply/items/<int:item_id>/receipts/", views.receipts.receipts, name="receipts"),
    path(
        "cycle/<int:cycle_id>/supply/items/<int:item_id>/receipts/undo/<int:history_id>/",
        views.receipts.undo,
        name="receipts-undo",
    ),
    path("cycle/<int:cycle_id>/supply/items/<int:item_id>/lead-time/", views.item.lead_time, name="lead-time"),
    path("cycle/<int:cycle_id>/supply/items/<int:item_id>/policy/", views.item.policy, name="policy"),
    path("cycle/<int:cycle_id>/supply/suppliers/", views.supplier.suppliers, name="suppliers"),
    path("cycle/<int:cycle_id>/supply/suppliers/<int:supplier_id>/", views.supplier.supplier, name="supplier"),
    path(
        "cycle/<int:cycle_id>/supply/suppliers/<int:supplier_id>/lead-time/",
        views.supplier.lead_time,
        name="supplier-lead-time",
    ),
    path("cycle/<int:cycle_id>/supply/flags/<int:flag_id>/", views.flag.flag, name="flag"),
]
