"""A client of Mayfly's wire protocol in another language, written from protocol/SPEC.md alone.

It opens a serial port, greets, and takes the named steps in their order, each a JSON line:

    mayfly_client.py PORT status pair xpub register address sign

`pair` reads the code's 12 words from standard input. Names of commands and errors come from the
tables in protocol/generated. Exit codes: 0 done, 1 refused or failed. Frames and the link are in
mayfly_line.py; here are sessions (SPEC, section 3), calls (section 4) and the steps.
"""
import argparse
import hashlib
import json
import os
import re
import select
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # a clone stays as it is

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from mnemonic import Mnemonic
from noise.connection import Keypair, NoiseConnection
from noise.exceptions import NoiseInvalidMessage

from mayfly_line import HANDSHAKE, SUITE, Failure, Link, decode, encode, say

REQUEST, RESULT, REFUSAL, CANCEL, PROGRESS, PART, CREDIT, CHUNK = range(8)
PATTERNS = {"NN": 0, "NNpsk0": 1, "IK": 2}
REFUSED = 255
CHUNK_BYTES, MESSAGE_BYTES, REKEY_RECORDS, DEADLINE_MS = 4060, 4080, 4096, 60_000
RECORD_BYTES = 72
TABLES = Path(__file__).resolve().parents[3] / "protocol/generated"


def table(name: str, row: str, base: int) -> dict[str, int]:
    """Names and codes of a generated table."""
    text = (TABLES / name).read_text(encoding="utf-8")
    return {found[2]: int(found[1], base) for found in re.finditer(row, text, re.MULTILINE)}


COMMANDS = table("commands.md", r"^\| 0x([0-9a-f]+) \| `(\w+)`", 16)
ERRORS = {code: name for name, code in table("errors.md", r"^\| (\d+) \| `(\w+)`", 10).items()}


class Session:
    """A Noise session on channel 0, and the calls in it, one after the other."""

    def __init__(self, link: Link, pattern: str, payload: bytes = b"", psk: bytes = b"",
                 private: bytes = b"", remote: bytes = b""):
        self.link, self.id, self.sent, self.taken = link, 0, 0, 0
        link.counter += 1
        count = link.counter.to_bytes(2)
        noise = NoiseConnection.from_name(f"Noise_{pattern}_{SUITE}".encode())
        noise.set_as_initiator()
        noise.set_prologue(
            b"mayfly session 1" + len(link.hello).to_bytes(2) + link.hello
            + len(link.answer).to_bytes(2) + link.answer + link.epoch.to_bytes(2) + b"\0" + count)
        if psk:
            noise.set_psks(psk)
        if private:
            noise.set_keypair_from_private_bytes(Keypair.STATIC, private)
            noise.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, remote)
        noise.start_handshake()
        self.noise, head = noise, bytes([PATTERNS[pattern]]) + count
        link.send(head + noise.write_message(payload), HANDSHAKE)
        reply = self.next_record(is_handshake=True, starts=(head, bytes([REFUSED]) + count))
        try:
            if not reply.startswith(head) or noise.read_message(reply[3:]) != b"":
                raise Failure("session-refused", pattern=pattern)
        except InvalidTag:
            raise Failure("session-refused", pattern=pattern) from None
        self.send(b"")
        if self.receive() != b"":
            raise Failure("unconfirmed", pattern=pattern)
        say("session", pattern=pattern, counter=link.counter)

    def next_record(self, is_handshake: bool, starts: tuple[bytes, ...]) -> bytes:
        while True:
            of_handshake, record = self.link.receive()
            if of_handshake and record == bytes([REFUSED, 0, 0]):
                raise Failure("session-lost")
            if of_handshake == is_handshake and record.startswith(starts):
                return record

    def send(self, message: bytes) -> None:
        if self.sent > 0 and self.sent % REKEY_RECORDS == 0:
            self.noise.rekey_outbound_cipher()
        self.sent += 1
        self.link.send(self.noise.encrypt(message))

    def receive(self) -> bytes:
        record = self.next_record(is_handshake=False, starts=(b"",))
        if self.taken > 0 and self.taken % REKEY_RECORDS == 0:
            self.noise.rekey_inbound_cipher()
        self.taken += 1
        try:
            return self.noise.decrypt(record)
        except NoiseInvalidMessage:
            raise Failure("session-lost") from None

    def call(self, command: str, params: dict, as_body: bool = False,
             upload: bytes | None = None) -> dict:
        """The result of a command; its params go in place, or as a body in chunks. An upload is
        the body of a request whose params are in place."""
        self.id += 1
        body, have, result = encode(params) if upload is None else upload, 0, bytearray()
        request = {0: REQUEST, 1: self.id, 2: COMMANDS[command], 3: os.urandom(16), 4: DEADLINE_MS}
        claim = {6: len(body), 7: hashlib.sha256(body).digest()}
        whole = encode({**request, 5: params})
        if upload is not None:
            whole = encode({**request, 5: params, **claim})
        elif as_body or len(whole) > MESSAGE_BYTES:
            whole = encode({**request, **claim})
        self.send(whole)
        while True:
            message = decode(self.receive())
            kind = message[0]
            if message[1] != self.id:
                continue
            if kind == PROGRESS:
                say("progress", command=command, phase=message[2], done=message[3],
                    total=message[4])
            elif kind == CREDIT:
                have = self.send_chunks(body, max(have, message[2]), message[3])
            elif kind == PART:
                if message[2] == 0:
                    result.clear()
                if message[2] != len(result):
                    raise Failure("malformed", command=command)
                result += message[3]
            elif kind == REFUSAL:
                raise Failure("refused", command=command, code=message[2],
                              name=ERRORS.get(message[2]), details=message.get(3, []))
            elif kind == RESULT and 2 in message:
                return message[2]
            elif kind == RESULT and message[3] == len(result):
                say("result-body", command=command, size=len(result))
                return decode(bytes(result))
            else:
                raise Failure("malformed", command=command)

    def send_chunks(self, body: bytes, have: int, limit: int) -> int:
        while have < min(limit, len(body)):
            piece = body[have : min(have + CHUNK_BYTES, limit)]
            self.send(encode({0: CHUNK, 1: self.id, 2: have, 3: piece}))
            have += len(piece)
        return have


class Host:
    """This host: its keys' file, what the command line said, and the session it has."""

    def __init__(self, options: argparse.Namespace, link: Link):
        self.options, self.link = options, link
        self.sessions: dict[str, Session] = {}
        self.keys: dict[str, str] = {}
        if options.keys.exists():
            self.keys = json.loads(options.keys.read_text(encoding="utf-8"))
        self.private = bytes.fromhex(self.keys.get("private", "")) or os.urandom(32)
        own = X25519PrivateKey.from_private_bytes(self.private)
        self.public = own.public_key().public_bytes_raw()

    def anyone(self) -> Session:
        if "NN" not in self.sessions:
            self.sessions = {"NN": Session(self.link, "NN")}
        return self.sessions["NN"]

    def known(self) -> Session:
        if "IK" not in self.sessions:
            claim = {0: self.options.role}
            if "credential" in self.keys:
                claim[1] = bytes.fromhex(self.keys["credential"])
            if "device" not in self.keys:
                raise Failure("unpaired")
            self.sessions = {"IK": Session(self.link, "IK", encode(claim), private=self.private,
                                           remote=bytes.fromhex(self.keys["device"]))}
        return self.sessions["IK"]

    def status(self) -> None:
        for _ in range(self.options.calls):
            found = self.anyone().call("getStatus", {})
        secrets = found[6]
        manifest = None
        if 10 in found:
            manifest = {"hash": found[10][0].hex(), "version": found[10][1], "keyId": found[10][2]}
        say("status", name=found[0], phase=found[1], bootId=found[2].hex(), version=found[3],
            protocol=found[4], firmwareDigest=found[5].hex(),
            secrets={"engine": secrets[0], "library": secrets[1], "volatile": secrets[2],
                     "protections": secrets[3]},
            fingerprint=found[7].hex() if 7 in found else None, uptimeMs=found[8],
            insecure=found[9], manifest=manifest)

    def pair(self) -> None:
        role = self.options.role
        say("code-shown", lifeMs=self.anyone().call("startPairing", {0: role})[0])
        self.sessions = {}
        try:
            entropy = bytes(Mnemonic("english").to_entropy(self.read_words()))
        except (LookupError, ValueError):
            raise Failure("words-invalid") from None
        psk = HKDF(hashes.SHA256(), 32, salt=None, info=b"mayfly pair 1").derive(entropy)
        traded = Session(self.link, "NNpsk0", psk=psk).call("pair", {0: self.public, 1: role})
        self.keys = {"private": self.private.hex(), "device": traded[0].hex(),
                     "credential": traded[2].hex()}
        self.options.keys.touch(mode=0o600)
        self.options.keys.write_text(json.dumps(self.keys), encoding="utf-8")
        say("paired", role=role, hostKey=self.public.hex(), deviceKey=traded[0].hex(),
            generation=traded[1])

    def read_words(self) -> str:
        """A line of standard input; the link stays alive until it is there."""
        self.link.pump_for(600, lambda: bool(select.select([sys.stdin], [], [], 0)[0]))
        return sys.stdin.readline().strip()

    def xpub(self) -> None:
        steps = self.options.path.split("/")[1:]
        path = [int(step.rstrip("'")) + (2**31 if step.endswith("'") else 0) for step in steps]
        found = self.known().call("getXpub", {0: path})
        origin = "/".join([found[1].hex(), *steps])
        say("xpub", key=f"[{origin}]{found[0]}", fingerprint=found[1].hex(), path=self.options.path)

    def register(self) -> None:
        policy = json.loads(self.options.policy.read_text(encoding="utf-8"))
        params = {0: policy["name"], 1: policy["template"], 2: policy["keys"]}
        found = self.known().call("registerWallet", params, as_body=True)
        say("registered", walletId=found[0].hex(), name=policy["name"],
            descriptors=[found[1], found[2]])

    def address(self) -> None:
        params = {0: bytes.fromhex(self.options.wallet), 1: False, 2: self.options.index, 3: False}
        found = self.known().call("getAddress", params)
        say("address", address=found[0], scriptHex=found[1].hex())

    def sign(self) -> None:
        found = self.known().call("signPsbt", {}, upload=self.options.psbt.read_bytes())
        records = [found[1][at : at + RECORD_BYTES] for at in range(0, len(found[1]), RECORD_BYTES)]
        say("signed", walletId=found[0].hex(), signatures=[
            {"input": int.from_bytes(one[:4]), "key": one[4], "leaf": int.from_bytes(one[5:7]),
             "sighash": one[7], "signature": one[8:].hex()} for one in records])


def main() -> int:
    steps = {"status": Host.status, "pair": Host.pair, "xpub": Host.xpub,
             "register": Host.register, "address": Host.address, "sign": Host.sign}
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("port")
    parser.add_argument("steps", nargs="+", choices=steps)
    parser.add_argument("--keys", type=Path, default=Path("mayfly-keys.json"))
    parser.add_argument("--role", default="vault")
    parser.add_argument("--path", default="m/48'/1'/0'/2'")
    parser.add_argument("--policy", type=Path, help="a wallet as JSON: name, template, keys")
    parser.add_argument("--wallet", default="00" * 32, help="its id, 64 hex digits")
    parser.add_argument("--index", type=int, default=0)
    parser.add_argument("--psbt", type=Path)
    parser.add_argument("--calls", type=int, default=1, help="how often status is asked")
    parser.add_argument("--lose", type=int, default=0, help="lose each n-th frame, for tests")
    options = parser.parse_args()
    link = None
    try:
        link = Link(options.port, options.lose)
        host = Host(options, link)
        for step in options.steps:
            steps[step](host)
    except Failure as failure:
        print(json.dumps(failure.line), flush=True)
        return 1
    finally:
        if link is not None:
            link.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
