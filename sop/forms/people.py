"""Shapes of what is typed about people: sign-in, a person, a password, a token."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password

from sop.constants import Role
from sop.models import Customer, User


class SignInForm(AuthenticationForm):
    """Name and password; names are the same in any case."""

    error_messages = {
        "invalid_login": "Name and password do not match. Check both; capital letters count in the password.",
        "inactive": "This account is deactivated; ask the coordinator.",
    }

    def clean_username(self) -> str:
        """Return the name as it is stored."""
        return str(self.cleaned_data["username"]).strip().lower()


class TerritoryField(forms.ModelMultipleChoiceField):
    """Customers to tick; one that belongs to somebody says to whom."""

    def label_from_instance(self, obj: Customer) -> str:
        """Return the customer's name, with its owner where there is one."""
        return f"{obj.name} ({obj.owner.name})" if obj.owner else obj.name


class PersonForm(forms.Form):
    """A person: who, in which roles, with which customers."""

    name = forms.CharField(label="Name", max_length=150)
    email = forms.EmailField(label="E-mail", required=False)
    roles = forms.MultipleChoiceField(label="Roles", choices=Role.choices, widget=forms.CheckboxSelectMultiple)
    customers = TerritoryField(
        label="Territory (a sales rep's customers)",
        queryset=Customer.objects.select_related("region", "owner").order_by("region__name", "name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class PersonNewForm(PersonForm):
    """A new person also needs a name to sign in with."""

    username = forms.RegexField(
        r"^[A-Za-z0-9._@-]+$",
        label="Signs in as",
        max_length=150,
        error_messages={"invalid": "Use letters, digits, dots and hyphens only."},
    )
    field_order = ("username", "name", "email", "roles", "customers")


class PasswordForm(forms.Form):
    """One's own new password, proved by the old one."""

    old = forms.CharField(
        label="Present password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )
    new = forms.CharField(
        label="New password", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )
    again = forms.CharField(
        label="New password again", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.user = user

    def clean_old(self) -> str:
        """Return the present password, which must be right."""
        old = str(self.cleaned_data["old"])
        if not self.user.check_password(old):
            raise forms.ValidationError("This is not your present password.")
        return old

    def clean_new(self) -> str:
        """Return the new password, which must be long and not easily guessed."""
        new = str(self.cleaned_data["new"])
        validate_password(new, self.user)
        return new

    def clean(self) -> dict[str, object]:
        """Return the values when both new ones are the same and differ from the old."""
        values = super().clean() or {}
        if "new" in values and values.get("again") != values["new"]:
            self.add_error("again", "The two new passwords differ.")
        elif "new" in values and values.get("old") == values["new"]:
            self.add_error("new", "This is the present password; choose another one.")
        return values


class TokenForm(forms.Form):
    """A program's key: its name, how long it lasts, whether it may write."""

    name = forms.CharField(label="Program", max_length=80)
    days = forms.IntegerField(label="Lasts (days)", initial=90, min_value=1, max_value=365)
    write = forms.BooleanField(label="May also write", required=False)
