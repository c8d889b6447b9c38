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
    ("name", "is_one"),
    [
        ("admin", True),
        ("\u0430dmin", False),  # Cyrillic, then Latin
        ("\u03bfmega", False),  # Greek, then Latin
        ("\u0430\u0434\u043c\u0438\u043d", True),
        ("aiko\u611b\u5b50\u3042\u30a2", True),
        ("müller_7.b", True),
    ],
)
def test_a_name_is_of_one_alphabet(name, is_one):
    """Or one could be taken for somebody else, letter by letter."""
    assert names.is_of_one_alphabet(name) is is_one


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
