"""When somebody is said to be typing, and when not any more: the rules alone."""

from presence.typing import Key, Typing

ANN = Key("ann", "post 1")


def test_typing_is_told_at_once_and_then_every_two_seconds_at_most():
    typing = Typing()
    told = [second for second in (0, 0.5, 1.9, 2, 2.1, 3.9, 4) if typing.typed(ANN, "tab", second)]
    assert told == [0, 2, 4]


def test_several_tabs_are_one_typist():
    typing = Typing()
    assert typing.typed(ANN, "tab 1", 0)
    assert not typing.typed(ANN, "tab 2", 1)
    assert not typing.gone(ANN, "tab 1")
    assert typing.gone(ANN, "tab 2")


def test_each_post_and_each_user_has_its_own_pace():
    typing = Typing()
    keys = [ANN, Key("ann", "post 2"), Key("bob", "post 1")]
    assert [typing.typed(key, "tab", 0) for key in keys] == [True, True, True]


def test_it_ends_six_seconds_after_the_last_word_of_it_and_once():
    typing = Typing()
    typing.typed(ANN, "tab", 0)
    typing.typed(ANN, "tab", 1)
    assert typing.due(6.9) == ([], [])
    assert typing.due(7) == ([], [ANN])
    assert typing.due(8) == ([], [])
    assert typing.is_empty


def test_stopping_is_told_once_and_only_of_who_was_typing():
    typing = Typing()
    assert not typing.stopped(ANN)
    typing.typed(ANN, "tab", 0)
    assert typing.stopped(ANN)
    assert not typing.stopped(ANN)
    assert not typing.is_shown(ANN)


def test_who_stops_and_begins_again_is_told_of_when_two_seconds_are_over():
    typing = Typing()
    typing.typed(ANN, "tab", 0)
    typing.stopped(ANN)
    assert not typing.typed(ANN, "tab", 0.5)
    assert not typing.is_shown(ANN)
    assert typing.due(1.9) == ([], [])
    assert typing.due(2) == ([ANN], [])
    assert typing.is_shown(ANN)


def test_who_began_again_and_stopped_before_that_was_told_is_not_told_of():
    typing = Typing()
    typing.typed(ANN, "tab", 0)
    typing.stopped(ANN)
    typing.typed(ANN, "tab", 0.5)
    assert not typing.stopped(ANN)
    assert typing.due(2) == ([], [])
