"""Addresses of the API of planning supply."""

from django.urls import path

from supply.api import capacity, customers, explained, risk, suppliers, views

urlpatterns = [
    path("cycles/<int:cycle_id>/supply/lines/", views.LinesView.as_view(), name="supply-lines"),
    path("cycles/<int:cycle_id>/supply/lane-orders/", views.LaneOrdersView.as_view(), name="supply-lane-orders"),
    path("cycles/<int:cycle_id>/supply/items/", views.ItemsView.as_view(), name="supply-items"),
    path("cycles/<int:cycle_id>/supply/flags/", views.FlagsView.as_view(), name="supply-flags"),
    path("cycles/<int:cycle_id>/supply/runs/", views.RunsView.as_view(), name="supply-runs"),
    path("cycles/<int:cycle_id>/supply/lead-times/", views.LeadTimesView.as_view(), name="lead-times"),
    path("cycles/<int:cycle_id>/supply/suppliers/", suppliers.SuppliersView.as_view(), name="supplier-records"),
    path(
        "cycles/<int:cycle_id>/supply/suppliers/<int:supplier_id>/",
        suppliers.SupplierView.as_view(),
        name="supplier-record",
    ),
    path("cycles/<int:cycle_id>/supply/explained/", explained.ExplainedView.as_view(), name="stock-explained"),
    path(
        "cycles/<int:cycle_id>/supply/explained/groups/",
        explained.GroupsView.as_view(),
        name="stock-explained-groups",
    ),
    path("cycles/<int:cycle_id>/supply/loads/", capacity.LoadsView.as_view(), name="supply-loads"),
    path("cycles/<int:cycle_id>/supply/customers/", customers.CustomerNeedsView.as_view(), name="customer-needs"),
    path("cycles/<int:cycle_id>/supply/risk/families/", risk.FamiliesView.as_view(), name="supply-risk-families"),
    path("cycles/<int:cycle_id>/supply/risk/items/", risk.ItemsView.as_view(), name="supply-risk-items"),
    path("cycles/<int:cycle_id>/supply/capacity/", capacity.CapacityView.as_view(), name="capacity"),
    path("cycles/<int:cycle_id>/supply/cut-rules/", capacity.CutRulesView.as_view(), name="cut-rules"),
    path("cycles/<int:cycle_id>/supply/items/<int:item_id>/receipts/", views.ReceiptsView.as_view(), name="receipts"),
    path("cycles/<int:cycle_id>/supply/items/<int:item_id>/policy/", views.PolicyView.as_view(), name="policy"),
    path("supply/flags/<int:flag_id>/answer/", views.FlagAnswerView.as_view(), name="flag-answer"),
    path("supply/items/<int:item_id>/orders/", views.OrdersView.as_view(), name="orders"),
]
