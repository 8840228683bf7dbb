"""All addresses: the ground floor's own, then each step's."""

from django.urls import URLPattern, URLResolver, include, path

ground: list[URLPattern | URLResolver] = []

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((ground, "sop"))),
    path("", include("demand.urls")),
    path("", include("supply.urls")),
    path("", include("reconcile.urls")),
    path("", include("review.urls")),
    path("", include("publish.urls")),
]
