"""What is a hashtag, and when two of them are one."""

import pytest

from posts import hashtags


@pytest.mark.parametrize(
    ("body", "tags"),
    [
        ("no tags here", []),
        ("#Django", ["django"]),
        ("#日本語 です", ["日本語"]),
        ("今日は #ライブ更新、楽しい", ["ライブ更新"]),
        ("＃全角 too", ["全角"]),
        ("#हिन्दी #ไทย #naïve", ["हिन्दी", "ไทย", "naïve"]),
        ("#Django #django #DJANGO", ["django"]),
        ("#Ｄｊａｎｇｏ", ["django"]),
        ("#one,#two;#three.", ["one", "two", "three"]),
        ("(#one)", ["one"]),
        ("#snake_case", ["snake_case"]),
        ("a#b &#39; example.org/#top ##x", []),
        ("#1 of #2026", []),
        ("#2026年", ["2026年"]),
        ("# alone", []),
        ("#" + "a" * 100, ["a" * 100]),
        ("#" + "a" * 101, []),
    ],
)
def test_a_text_has_these_tags(body, tags):
    assert hashtags.in_text(body) == tags


def test_only_the_first_twenty_count():
    body = " ".join(f"#tag{n}" for n in range(25))
    assert hashtags.in_text(body) == [f"tag{n}" for n in range(20)]


@pytest.mark.parametrize("text", ["", "#x", "a b", "a-b", "\x00", "ﷺ", "1", "a" * 101])
def test_these_are_no_tags(text):
    assert hashtags.normalize(text) is None


@pytest.mark.parametrize("text", ["ǰ", "Ω", "İstanbul", "ſ", "ẞ", "日本語"])
def test_to_normalize_twice_changes_nothing(text):
    once = hashtags.normalize(text)
    assert once is not None
    assert hashtags.normalize(once) == once
