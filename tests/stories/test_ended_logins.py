"""A login that ends, by whatever and in whatever process, has no socket two seconds later."""

import time

import jwt

from tests.clients import PASSWORD, Api, Live
from tests.moderation.test_processes import close_code
from tests.servers import Site

#: What happens to an account in a process that serves nobody, and how its socket closes.
ENDS = {
    "logins.end(user, login)": 4001,
    f"actions.change_password(user, '{PASSWORD}', 'another-way-to-nara', None)": 4001,
    "user.set_password('another-way-to-nara'); user.save()": 4001,
    "user.suspended_until = timezone.now() + timezone.timedelta(1); user.save()": 4003,
    "user.is_active = False; user.save()": 4003,
    "user.delete()": 4003,
}
HEAD = "from django.utils import timezone; from accounts import actions, logins; "
HEAD += "from accounts.models import User\n"


async def test_whatever_ends_a_login_in_another_process_closes_its_sockets(live_site: Site) -> None:
    code, people, sockets = HEAD, [], []
    for end in ENDS:
        one = await Api.register(live_site.url)
        people.append(one)
        sockets.append(await Live.open(live_site.ws_url, one.token))
        login = jwt.decode(one.token, options={"verify_signature": False})["sid"]
        code += f"user, login = User.objects.get(pk='{one.id}'), '{login}'; {end}\n"
    done = live_site.shell(f"{code}print(timezone.now().timestamp())")
    codes = [await close_code(live) for live in sockets]
    assert codes == list(ENDS.values())
    assert time.time() - float(done) < 2
    for one in people:
        status, _answer = await one.call("GET", "/api/posts")
        assert status in (401, 403)
