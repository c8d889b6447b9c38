"""Who lives in the demo, and what they say, in English and Japanese.

Pure: content only.
"""

from typing import NamedTuple


class Person(NamedTuple):
    """Somebody of the demo."""

    username: str
    display_name: str


#: One logs in as these, in two windows beside each other; the simulation leaves them alone.
VISITORS = (Person("aiko", "Aiko Tanaka"), Person("ben", "Ben Carter"))
STAFF = Person("admin", "Admin")
PASSWORD = "demo-pass-2026"  # noqa: S105 — for everybody to know; on one's own machine

#: These act by themselves. Nobody can log in as one of them.
RESIDENTS = (
    Person("chiyo", "Chiyo Mori"),
    Person("diego", "Diego Ruiz"),
    Person("emma", "Emma Lindqvist"),
    Person("farid", "Farid Haddad"),
    Person("hana", "佐藤 花"),
    Person("lena", "Lena Fischer"),
    Person("yuki", "山田 雪"),
)

#: Author and body of what is there at the first start, oldest first.
FIRST_POSTS = (
    ("lena", "Hello! I heard that this place updates by itself. Watching the feed now. 👀"),
    (
        "diego",
        "Moved our whole #django project to 5.2 over the weekend. Two surprises, zero tears.",
    ),
    ("hana", "はじめまして。京都で小さな喫茶店をやっています。どうぞよろしく! #自己紹介 #珈琲"),
    ("farid", "The night train to Lisbon is the best office I ever had. #travel"),
    ("ben", "First loaf from the new oven. Dense as a brick, and I regret nothing. #baking"),
    ("yuki", "初雪でした。朝の空気がきれいで、駅まで遠回りして歩きました。 #雪 #散歩"),
    (
        "emma",
        "A small thing that I learned today: a list of what can go wrong, next to the code that can"
        " go wrong, is worth more than a page about how clever the code is. #programming",
    ),
    ("chiyo", "Sketching the harbour before the rain. Thirty minutes, three colours. #sketching"),
    ("aiko", "Good morning from Yokohama! What is everybody reading this week? #books"),
    ("hana", "今日の豆はエチオピア。柑橘のような香りがします。 #珈琲"),
    ("diego", "@aiko A history of maps. I am lost in it, of course. #books"),
    ("farid", "Question to all gardeners: tomatoes on a north balcony, brave or foolish? #garden"),
    ("emma", "Wrote the test first today. It failed for the right reason at once. #programming"),
    ("yuki", "図書館で地図の本を借りました。@diego さんのおすすめです。 #読書 #books"),
    ("lena", "Ten kilometres along the river, and the heron was there again. #running"),
)

#: What residents write while the demo runs.
POSTS = (
    ("chiyo", "The harbour again, this time in ink. The gulls did not hold still. #sketching"),
    ("chiyo", "Does anybody know a paper that takes watercolour and does not buckle? #sketching"),
    ("chiyo", "Sold a print to somebody in Porto. It travels further than I do!"),
    ("chiyo", "墨だけで描く日。引き算がむずかしい。 #絵"),
    ("diego", "Deleted 400 lines today and nothing broke. Best day of the month. #programming"),
    ("diego", "TIL: SQLite in WAL mode is a perfectly good neighbour. #django"),
    ("diego", "Lunch with the team on the roof. Somebody brought a guitar, sorry in advance."),
    ("diego", "Reading about how lighthouses got their rhythms. Each one a signature. #books"),
    ("emma", "A cursor is a promise: you will not miss anything after this. #programming"),
    ("emma", "Pair programming is mostly listening, with a keyboard in the room. #programming"),
    ("emma", "The lake is frozen enough for the brave ones. I am not among them. #winter"),
    ("emma", "Found my old notebook of bad ideas. Two of them are not so bad any more."),
    ("farid", "Border crossing at dawn, coffee on the other side. #travel"),
    ("farid", "The tomatoes live! Three leaves on a north balcony. #garden"),
    ("farid", "Packed too much again. Every time. A whole book about packing light. #travel"),
    ("farid", "Night market: cardamom, smoke, and a radio that knows only one song. #food"),
    ("hana", "本日のおすすめは自家製チーズケーキです。数量限定! #珈琲"),
    ("hana", "雨の日は静かで、本を読むお客さまが多いです。 #読書"),
    ("hana", "New beans from Guatemala. Chocolate and a little smoke. #coffee"),
    ("hana", "閉店後の一杯がいちばんおいしいかもしれません。 #珈琲"),
    ("lena", "Intervals in the rain. The heron pities me. #running"),
    ("lena", "Signed up for the half marathon. Telling you so that I cannot back out. #running"),
    ("lena", "Recipe for after a long run: potatoes, more potatoes, salt. #food"),
    ("lena", "New shoes, same legs. #running"),
    ("yuki", "夕焼けがきれいで、写真を撮るのを忘れました。 #散歩"),
    ("yuki", "編み物をはじめました。今はまだ、ただの長方形です。 #手芸"),
    ("yuki", "The first plum blossoms, two weeks early. #spring"),
    ("yuki", "温かいうどんが恋しい季節です。 #食べ物"),
)

COMMENTS = (
    "I was just thinking the same.",
    "Tell us more!",
    "This made my morning.",
    "Agreed, and it took me years to see it.",
    "Wonderful. How long did it take?",
    "Bookmarking this.",
    "Ha! Same here.",
    "Not sure that I agree, but I like how you put it.",
    "Say hello from me!",
    "Next time call me, I am coming along.",
    "Beautiful.",
    "I tried that once. Once.",
)

JAPANESE_COMMENTS = (
    "すてきですね!",
    "わかります。",
    "今度ぜひ行ってみたいです。",
    "いい一日になりそうです。",
    "写真も見たいです。",
    "勉強になりました。",
)
