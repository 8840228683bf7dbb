"""Addresses of reconciling."""

from django.urls import URLPattern

app_name = "reconcile"
urlpatterns: list[URLPattern] = []
