"""A signer from Python: the same tests over a pseudo-terminal and over TCP."""
from concurrent.futures import ThreadPoolExecutor

import pytest
from mayfly_client import Session
from mayfly_line import Failure, Link
from mnemonic import Mnemonic

NAME, PHASE, FINGERPRINT = 0, 1, 7


def ask(link: Link, command: str, params: dict | None = None) -> dict:
    return Session(link, "NN").call(command, params or {})


def test_says_who_it_is(signer):
    link = Link(signer.port)
    status = ask(link, "getStatus")
    assert (status[NAME], status[PHASE]) == ("A", "ready")
    assert status[FINGERPRINT].hex() == "73c5da0a"
    link.close()


def test_answers_no_stranger(signer):
    link = Link(signer.port)
    with pytest.raises(Failure) as refused:
        ask(link, "getXpub", {0: [84 + 2**31, 1 + 2**31, 2**31]})
    assert refused.value.line["name"] == "role_denied"
    link.close()


def test_shows_a_pairing_code_once_somebody_says_yes(signer):
    link = Link(signer.port)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, link, "startPairing", {0: "vault"})
        assert signer.screen("message") == ["Pair a host?", "role: vault"]
        signer.press("yes")
        assert asked.result()[0] > 0
    assert Mnemonic("english").check(" ".join(signer.screen("pairing-code")))
    link.close()
