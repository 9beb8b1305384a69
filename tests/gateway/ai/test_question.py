"""The question, and what is read of an answer."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ai.errors import BadAnswer
from gateway.ai.question import MAX_ANSWER_TOKENS, Opinion, opinion, question
from protocol.messages import EventInfo, Region
from tests.support.chat_server import answer, completion

EVENT = EventInfo(
    "01a221a3aa15d55eef7fb8eb", "front", 1.0, "HIGH", 4.0, regions=(Region(0.5, 0.25, 0.1, 0.5),)
)


def read(content: object) -> Opinion:
    return opinion(json.dumps(completion(content)).encode())


def test_the_question_names_the_model_the_place_and_the_most_it_may_answer() -> None:
    body = json.loads(question("a-model", EVENT, b"\xff\xd8"))
    assert body["model"] == "a-model"
    assert body["max_tokens"] == MAX_ANSWER_TOKENS
    text, picture = body["messages"][1]["content"]
    assert "0.50 to 0.60 across, 0.25 to 0.75 down" in text["text"]
    assert picture["image_url"] == {"url": "data:image/jpeg;base64,/9g=", "detail": "low"}


def test_a_good_answer() -> None:
    body = json.dumps(answer(what="person", confidence=0.934, description="A man."))
    assert opinion(body.encode()) == Opinion("person", 0.93, "A man.")


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"what": "object", "description": "A car."}\n```',
        'Sure! {"what": "object", "description": "A car."} Anything else?',
        '{a} {"what": "object", "description": " A\\n car. "}',
        '{"what": "object", "confidence": 17, "description": "A car."}',
        '{"what": "object", "confidence": true, "description": "A car."}',
        '{"what": "object", "confidence": NaN, "description": "A car."}',
    ],
)
def test_what_is_around_it_or_too_much_does_not_matter(text: str) -> None:
    assert read(text) == Opinion("object", None, "A car.")


@pytest.mark.parametrize("what", ["unknown", "dragon", None, 7, ["person"], {"a": 1}])
def test_who_does_not_know_does_not_overrule_the_detector(what: object) -> None:
    found = read(json.dumps({"what": what, "confidence": 1, "description": "Something."}))
    assert found == Opinion(None, None, "Something.")


def test_the_description_is_one_line_of_bounded_length() -> None:
    found = read(json.dumps({"what": "light", "description": "\x1b[31mred\r\n" * 1_000}))
    assert len(found.description) == 300
    assert found.description.isprintable()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": "I cannot help with that."}}]}',
        b'{"choices": [{"message": {"content": "{}"}}]}',
        b'{"choices": [{"message": {"content": "{\\"description\\": \\"\\"}"}}]}',
        b"<html>" * 1_000,
        b"[" * 60_000,
        json.dumps(completion("{" * 60_000)).encode(),
        json.dumps(completion('{"a":' * 12_000)).encode(),
    ],
)
def test_nonsense_is_called_so(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        opinion(body)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(
                        st.sampled_from(["choices", "message", "content", "what", "description"]),
                        inner), max_leaves=12))  # fmt: skip
def test_whatever_comes_there_is_an_opinion_or_bad_answer(value: object) -> None:
    for body in (json.dumps(value), json.dumps(completion(json.dumps(value)))):
        with contextlib.suppress(BadAnswer):
            assert opinion(body.encode()).description
