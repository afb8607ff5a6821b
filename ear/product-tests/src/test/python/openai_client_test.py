"""The API as programs use it that were written for OpenAI: only base URL and key are ours."""

import json
import os
import time
import urllib.parse
import urllib.request

import openai
import pytest

API = os.environ["INTRAMUROS_API"]


def token():
    form = {
        "grant_type": "client_credentials",
        "client_id": os.environ["INTRAMUROS_CLIENT_ID"],
        "client_secret": os.environ["INTRAMUROS_CLIENT_SECRET"],
    }
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(os.environ["INTRAMUROS_TOKEN_URL"], body, timeout=60) as response:
        return json.load(response)["access_token"]


@pytest.fixture
def client():
    with openai.OpenAI(base_url=API, api_key=token(), max_retries=0, timeout=120) as opened:
        yield opened


@pytest.fixture
def model(client):
    return client.models.list().data[0].id


def question(text):
    return [{"role": "user", "content": text}]


def test_models_are_listed_and_described(client):
    models = client.models.list().data
    assert models
    described = client.models.retrieve(models[0].id)
    assert described.id == models[0].id
    assert described.object == "model"
    assert described.owned_by


def test_an_answer_comes_whole_with_its_usage(client, model):
    answer = client.chat.completions.create(model=model, messages=question("Say hello."), max_tokens=16)
    assert answer.object == "chat.completion"
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].message.content.strip()
    assert answer.choices[0].finish_reason in ("stop", "length")
    assert 0 < answer.usage.completion_tokens <= 16
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_a_stream_brings_the_same_answer_in_pieces(client, model):
    settings = {"model": model, "messages": question("Name three gates."), "max_tokens": 24, "temperature": 0}
    whole = client.chat.completions.create(**settings).choices[0]
    pieces, reasons = [], []
    for chunk in client.chat.completions.create(stream=True, **settings):
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            reasons.append(choice.finish_reason)
    assert "".join(pieces) == whole.message.content
    assert len([piece for piece in pieces if piece]) > 1
    assert [reason for reason in reasons if reason] == [whole.finish_reason]


def test_a_stream_ends_with_its_usage_if_that_was_asked_for(client, model):
    stream = client.chat.completions.create(
        model=model,
        messages=question("Say hello."),
        max_tokens=8,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    assert chunks[-1].choices == []
    assert 0 < chunks[-1].usage.completion_tokens <= 8
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_the_same_seed_gives_the_same_answer(client, model):
    def ask(seed):
        answer = client.chat.completions.create(
            model=model, messages=question("Invent a city."), max_tokens=24, temperature=1.2, seed=seed
        )
        return answer.choices[0].message.content

    assert ask(7) == ask(7)


def test_a_stop_text_ends_the_answer_and_is_not_part_of_it(client, model):
    settings = {"model": model, "messages": question("Count from one to ten."), "max_tokens": 48, "temperature": 0}
    whole = client.chat.completions.create(**settings).choices[0].message.content
    words = whole.split()
    stop = words[len(words) // 2]
    cut = client.chat.completions.create(stop=[stop], **settings).choices[0]
    assert cut.finish_reason == "stop"
    assert cut.message.content == whole[: whole.index(stop)]


def test_a_wrong_key_is_an_authentication_error(model):
    with openai.OpenAI(base_url=API, api_key="wrong", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError):
            stranger.models.list()


def test_an_absurd_value_is_a_bad_request_that_names_the_parameter(client, model):
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model=model, messages=question("Hello"), temperature=99)
    assert raised.value.param == "temperature"
    assert raised.value.request_id


def test_a_model_that_is_not_there_is_not_found(client):
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="no-such-model", messages=question("Hello"))


def test_whoever_stops_reading_frees_the_engine_for_the_next(client, model):
    stream = client.chat.completions.create(
        model=model, messages=question("Tell a very long story of a walled city."), max_tokens=2000, stream=True
    )
    for _, _ in zip(range(3), stream):
        pass
    stream.close()
    began = time.monotonic()
    client.chat.completions.create(model=model, messages=question("Say hello."), max_tokens=4)
    assert time.monotonic() - began < 60
