from yarl import URL

from edge.ready_links import reachable_url, ready_links
from edge.roles import Role
from tests.support.tokens import known_tokens


def test_links_carry_the_token_where_no_server_sees_it() -> None:
    links = ready_links(URL("http://127.0.0.1:8080"), known_tokens())
    assert set(links) == {Role.VIEWER, Role.DRIVER, Role.ADMIN}
    for role, link in links.items():
        url = URL(link)
        assert url.path == "/"
        assert not url.query_string
        assert url.fragment == f"token={known_tokens().by_role[role]}"


def test_an_address_that_means_all_is_not_printed() -> None:
    assert reachable_url("0.0.0.0", 80).host not in ("0.0.0.0", None)
    assert str(reachable_url("::1", 8080)) == "http://[::1]:8080"
    assert str(reachable_url("cam.local", 8080)) == "http://cam.local:8080"
