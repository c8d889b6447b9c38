"""Lists: what is in which feed, a page at a time, with a cursor from before the rows."""

import pytest

from accounts.actions import follow
from posts.actions import add_comment, create_post, follow_hashtag
from posts.models import HashtagFollow, Post
from realtime import log
from realtime.rest import pagination
from tests.api import Api, error, person, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aiko():
    return person("aiko")


@pytest.fixture
def ben():
    return person("ben")


def bodies(user, query=""):
    answer = Api(user).get(f"/api/posts{query}")
    assert answer.status_code == 200, answer.content
    return [post["body"] for post in answer.json()["results"]]


def test_the_public_feed_is_what_is_said_to_everybody_newest_first(aiko, ben):
    follow(ben, str(aiko.pk))
    for body in ("one", "two", "three"):
        create_post(aiko, body)
    create_post(aiko, "for followers", "followers")
    assert bodies(ben) == bodies(ben, "?feed=public") == ["three", "two", "one"]


def test_the_home_feed_is_ones_own_and_of_whom_and_what_one_follows(aiko, ben):
    chiyo = person("chiyo")
    follow(ben, str(aiko.pk))
    HashtagFollow.objects.create(user=ben, tag="日本語")
    create_post(ben, "own", "followers")
    create_post(aiko, "followed", "followers")
    create_post(chiyo, "followed #日本語")
    create_post(chiyo, "hidden #日本語", "followers")
    create_post(chiyo, "strange")
    assert bodies(ben, "?feed=home") == ["followed #日本語", "followed", "own"]


def test_a_feed_is_narrowed_by_author_and_hashtag(aiko, ben):
    create_post(aiko, "a #One")
    create_post(aiko, "b #two")
    create_post(ben, "c #one")
    assert bodies(ben, f"?author={aiko.pk}") == ["b #two", "a #One"]
    assert bodies(ben, "?hashtag=ONE") == ["c #one", "a #One"]
    assert bodies(ben, f"?hashtag=one&author={aiko.pk}") == ["a #One"]
    assert bodies(ben, "?hashtag=three") == []
    assert bodies(ben, "?author=01a20bb4-9bf9-7371-89cc-d793b79e7509") == []


@pytest.mark.parametrize(
    "query",
    [
        "feed=all",
        "feed=",
        "author=1",
        "author=%00",
        "hashtag=",
        "hashtag=a%20b",
        "hashtag=%00",
        "hashtag=%ff",
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=ten",
        "limit=1.5",
        "limit=",
        "limit=%D9%A3",
        "limit=" + "9" * 5_000,
        "before=1",
        "after=x",
        "before=01a20bb4-9bf9-7371-89cc-d793b79e7509&after=01a20bb4-9bf9-7371-89cc-d793b79e7509",
    ],
)
def test_a_parameter_out_of_its_range_is_refused_and_named(aiko, query):
    answer = Api(aiko).get(f"/api/posts?{query}")
    assert error(answer) == (400, "invalid")
    (field,) = answer.json()["error"]["fields"]
    assert field in query


def walk(user, path, link):
    """Bodies page by page, and the last page's own link back."""
    pages, url = [], path
    while url is not None:
        page = Api(user).get(url).json()
        pages.append([one["body"] for one in page["results"]])
        url = page[link]
    return pages


def test_the_pages_of_a_list_have_everything_once_while_new_posts_come(aiko):
    for n in range(5):
        create_post(aiko, str(n))
    first = Api(aiko).get("/api/posts?limit=2").json()
    create_post(aiko, "new")
    assert [post["body"] for post in first["results"]] == ["4", "3"]
    assert first["previous"] is None
    assert first["next"].startswith("http://testserver/api/posts?")
    assert walk(aiko, first["next"], "next") == [["2", "1"], ["0"]]


def test_one_gets_back_to_where_one_came_from(aiko):
    for n in range(5):
        create_post(aiko, str(n))
    url = "/api/posts?limit=2"
    for _ in range(2):
        url = Api(aiko).get(url).json()["next"]
    assert walk(aiko, url, "previous") == [["0"], ["2", "1"], ["4", "3"]]


def test_twenty_are_a_page_unless_said_and_a_full_last_page_has_no_next(aiko):
    for n in range(20):
        create_post(aiko, str(n))
    page = Api(aiko).get("/api/posts").json()
    assert (len(page["results"]), page["next"]) == (20, None)
    create_post(aiko, "20")
    assert Api(aiko).get("/api/posts").json()["next"] is not None
    assert len(Api(aiko).get("/api/posts?limit=100").json()["results"]) == 21


@pytest.mark.parametrize("neighbourhood", [1, 3, 5, 2_000])
@pytest.mark.parametrize("path", ["/api/posts?feed=home&limit=2", "/api/posts?hashtag=tea&limit=2"])
def test_a_list_from_several_sources_is_the_same_however_near_its_pages_are(
    aiko, ben, monkeypatch, path, neighbourhood
):
    monkeypatch.setattr(pagination, "NEIGHBOURHOOD", neighbourhood)
    chiyo = person("chiyo")
    follow(aiko, str(ben.pk))
    follow_hashtag(aiko, "tea")
    # Close together, far apart, and close together again.
    for number, is_wanted in enumerate((1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1)):
        # What a source has and the reader may not see.
        create_post(chiyo, f"hidden {number} #tea", "followers")
        author, body = (ben, f"{number} #tea") if is_wanted else (person(f"x{number}"), "else")
        create_post(author, body)
    wanted = [["12 #tea", "11 #tea"], ["8 #tea", "2 #tea"], ["1 #tea", "0 #tea"]]
    assert walk(aiko, path, "next") == wanted
    last = Api(aiko).get(Api(aiko).get(Api(aiko).get(path).json()["next"]).json()["next"]).json()
    assert last["next"] is None
    back = walk(aiko, last["previous"], "previous")
    assert back == [wanted[1], wanted[0]]


def test_comments_come_oldest_first_page_by_page(aiko):
    post = create_post(aiko, "hello")
    for n in range(5):
        add_comment(aiko, post.pk, str(n))
    path = f"/api/posts/{post.pk}/comments?limit=2"
    assert walk(aiko, path, "next") == [["0", "1"], ["2", "3"], ["4"]]
    last = Api(aiko).get(Api(aiko).get(path).json()["next"]).json()["next"]
    assert walk(aiko, last, "previous") == [["4"], ["2", "3"], ["0", "1"]]


def test_the_cursor_of_a_list_is_from_before_its_rows(aiko, monkeypatch):
    create_post(aiko, "seen")
    told()
    before = log.cursor()
    read = log.cursor

    def and_then_somebody_writes():
        cursor = read()
        create_post(aiko, "between cursor and rows")
        return cursor

    monkeypatch.setattr(log, "cursor", and_then_somebody_writes)
    page = Api(aiko).get("/api/posts").json()
    # It is among the rows and comes again by the log: never in neither.
    assert page["cursor"] == before
    assert len(page["results"]) == 2
    assert len(told(after=1)) == 1


def test_a_page_costs_the_same_number_of_queries_however_long_it_is(
    aiko, django_assert_max_num_queries
):
    people = [person(f"user{n}") for n in range(5)]
    for author in people:
        for other in people:
            create_post(author, f"hello @{other.username} #tag")
    api = Api(aiko)
    with django_assert_max_num_queries(7):
        assert len(api.get("/api/posts?limit=25").json()["results"]) == 25
    assert Post.objects.count() == 25
