"""When two names are one, and whom a text may mean."""

import pytest

from accounts import names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Aiko", "aiko"),
        ("AIKO", "aiko"),
        ("Ａｉｋｏ", "aiko"),
        ("Straße", "STRASSE"),
        ("ﬁn", "fin"),
    ],
)
def test_these_are_the_same_name(one, other):
    assert names.key(one) == names.key(other)


def test_a_name_is_kept_as_it_was_chosen_but_for_its_width():
    assert names.written("Ａｉｋｏ") == "Aiko"


@pytest.mark.parametrize(
    ("body", "guesses"),
    [
        ("hello @ben", [("ben",)]),
        ("@Ben, look", [("ben",)]),
        ("see @ben.", [("ben.", "ben")]),
        ("(@ben.b)", [("ben.b",)]),
        ("＠ben さん", [("ben",)]),
        ("@benさん", [("benさん", "ben")]),
        ("@愛子さん", [("愛子さん",)]),
        ("@ben @chiyo", [("ben",), ("chiyo",)]),
        ("mail ben@example.org", []),
        ("ben@@chiyo", []),
        ("@ alone", []),
        ("https://example.org/@ben", []),
    ],
)
def test_a_text_means_these(body, guesses):
    assert list(names.mentions(body)) == guesses
