import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.stream_url import refusal


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.0.20:8080/stream",
        "https://camera.example/stream?a=b#c",
        "http://10.0.0.1",
        "http://esp32-cam.local:81/stream",
        "http://[2001:db8::1]:8080/",
        "http://[fd12:3456::1]/stream",
    ],
)
def test_cameras_of_a_network_may_register(url: str) -> None:
    assert refusal(url, from_loopback=False) is None


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://192.168.0.20/stream",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//192.168.0.20/stream",
        "/stream",
        "http://",
        "http:///stream",
        "http://user:password@192.168.0.20/stream",
        "http://192.168.0.20:99999/",
        "http://192.168.0.20/a b",
        "http://192.168.0.20/\"onerror='x",
        "http://192.168.0.20\\@example.org/",
        "http://192.168.0.20/\r\nX: y",
        "http://cámara.example/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fd00:ec2::254]/",
        "http://100.100.100.200/",
        "http://metadata.google.internal/",
        "http://METADATA.google.internal./",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://%31%32%37.0.0.1/",
        "http://loc%61lhost/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[ff02::1]/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
    ],
)
@pytest.mark.parametrize("from_loopback", [True, False])
def test_what_no_camera_has_is_refused(url: str, from_loopback: bool) -> None:
    assert refusal(url, from_loopback=from_loopback) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/stream",
        "http://127.1/stream",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://017700000001/",
        "http://localhost:8080/",
        "http://LOCALHOST./",
        "http://camera.localhost/",
        "http://[::1]:8080/stream",
        "http://[::ffff:127.0.0.1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://169.254.7.7/",
    ],
)
def test_this_machine_is_for_loopback_servers_only(url: str) -> None:
    assert refusal(url, from_loopback=False) is not None
    assert refusal(url, from_loopback=True) is None


@given(st.text(max_size=80) | st.text(max_size=60).map("http://".__add__))
def test_any_text_is_judged(url: str) -> None:
    refusal(url, from_loopback=False)
