"""How an address of the API describes itself: read from the same attributes that make it work."""

from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from sop.api.idempotency import HEADER, LENGTH_MAX
from sop.api.serializers import ErrorOut

if TYPE_CHECKING:
    from sop.api.base import ApiView

REFUSALS = ("400", "401", "403", "404")


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself by being defined
    """A program's token."""

    target_class = "sop.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return a bearer token."""
        return {"type": "http", "scheme": "bearer"}


class Schema(AutoSchema):
    """Takes query, body and answer from the view's own attributes."""

    view: "ApiView"  # type: ignore[override]  # the only kind of view there is here

    def get_description(self) -> str:  # type: ignore[override]  # as the generator's own
        """Return the view's line; the methods are everybody's."""
        return (self.view.__doc__ or "").strip()

    def get_override_parameters(self) -> list[Any]:
        """Return what stands after the question mark, and the header every write takes."""
        if self.method != "GET":
            words = f"Up to {LENGTH_MAX} characters; sent twice, the write is done once."
            return [OpenApiParameter(HEADER, location=OpenApiParameter.HEADER, description=words)]
        orderings = getattr(self.view, "orderings", {})
        found: list[Any] = [self.view.query] if self.view.query().fields else []
        if orderings:
            names = [*orderings, *(f"-{name}" for name in orderings)]
            found.append(OpenApiParameter("ordering", enum=names, default=next(iter(orderings))))
        return found

    def get_request_serializer(self) -> Any:
        """Return what a write takes."""
        return self.view.body if self.view.body().fields else None

    def get_response_serializers(self) -> Any:
        """Return what goes out, and the one shape of every refusal."""
        refusals = dict.fromkeys(REFUSALS, ErrorOut)
        if self.method != "GET":
            return {"200": self.view.written or self.view.item, **refusals, "409": ErrorOut, "422": ErrorOut}
        item = self.view.item(many=True) if getattr(self.view, "is_listing", False) else self.view.item
        return {"200": item, **refusals}
