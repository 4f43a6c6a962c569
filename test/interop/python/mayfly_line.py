"""The lower half of a client of Mayfly's wire protocol: frames and the link (SPEC, sections 1, 2).

Stop and wait: one frame of ours outstanding, repeated after 500 ms; the device's frames are taken
in their order, and each is acknowledged at once. Nothing here knows what a record says.
"""
import hashlib
import json
import os
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import cbor2
import serial
from cobs import cobs

HELLO, HELLO_ACK, DATA, ACK, NAK, PING, PONG, RESET = range(1, 9)
FIRST, LAST, HANDSHAKE, RETRANSMIT, DEVICE = 0x01, 0x02, 0x04, 0x08, 0x80
SUITE = "25519_AESGCM_SHA256"
FRAME_LIMIT, WINDOW, MAX_BLOCK = 512, 8, 4096 + 64  # bytes, frames, bytes between two zeros
REPEAT_S, SENDINGS, IDLE_S, PING_S, PATIENCE_S = 0.5, 9, 5.0, 2.0, 15.0
HEADER = struct.Struct(">BBHHHHBB")


class Failure(Exception):
    """What ends the program: an event for its last line."""

    def __init__(self, event: str, **members: object):
        super().__init__(event)
        self.line = {"event": event, **members}


def say(event: str, **members: object) -> None:
    """Prints a JSON line."""
    print(json.dumps({"event": event, **members}), flush=True)


def crc_row(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


CRC_TABLE = [crc_row(byte) for byte in range(256)]


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


@dataclass(frozen=True)
class Frame:
    """A frame's header and payload."""

    kind: int
    flags: int = 0
    epoch: int = 0
    seq: int = 0
    ack: int = 0
    window: int = 0
    channel: int = 0
    payload: bytes = b""

    def encode(self) -> bytes:
        header = HEADER.pack(16 + self.kind, self.flags, len(self.payload), self.epoch, self.seq,
                             self.ack, self.window, self.channel)
        body = header + self.payload
        return b"\0" + cobs.encode(body + crc32c(body).to_bytes(4)) + b"\0"


def decode_frame(block: bytes) -> Frame | None:
    """The device's frame in what stood between two zeros, if that is what it was."""
    try:
        data = cobs.decode(block)
    except cobs.DecodeError:
        return None
    if len(data) < HEADER.size + 4 or crc32c(data[:-4]).to_bytes(4) != data[-4:]:
        return None
    kind, flags, length, epoch, seq, ack, window, channel = HEADER.unpack_from(data)
    payload = data[HEADER.size : -4]
    if kind >> 4 != 1 or not flags & DEVICE or length != len(payload) or channel > 7:
        return None
    return Frame(kind & 15, flags, epoch, seq, ack, window, channel, payload)


def encode(value: object) -> bytes:
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes) -> object:
    """Reads CBOR that is deterministic: what was read must give the same bytes."""
    try:
        value = cbor2.loads(data)
    except (cbor2.CBORDecodeError, UnicodeDecodeError):
        raise Failure("malformed", bytes=data.hex()) from None
    if encode(value) != data:
        raise Failure("malformed", bytes=data.hex())
    return value


class Link:
    """Whole records to and from channel 0 of the device on a port."""

    def __init__(self, path: str, lose: int = 0):
        try:
            alone = {} if "://" in path else {"exclusive": True}
            self.port = serial.serial_for_url(path, 115200, timeout=0.02, **alone)
        except serial.SerialException as error:
            raise Failure("port", why=str(error)) from None
        self.lose, self.crossed, self.lost, self.repeated = lose, 0, 0, 0
        self.block = bytearray()
        self.records: deque[tuple[bool, bytes]] = deque()
        self.epoch = self.expected = self.seq = self.acked = self.counter = 0
        self.window, self.partial, self.wants_repeat = 1, bytearray(), False
        self.heard = self.pinged = time.monotonic()
        self.unanswered = 0
        self.greet()

    def greet(self) -> None:
        nonce = os.urandom(16)
        self.hello = encode({0: "host", 1: 1, 2: 1, 3: nonce, 4: FRAME_LIMIT, 5: WINDOW,
                             6: [SUITE], 7: []})
        self.answer: bytes | None = None
        deadline = time.monotonic() + PATIENCE_S
        while self.answer is None:
            if time.monotonic() > deadline:
                raise Failure("silent")
            self.port.write(b"\0\0")
            self.put(Frame(HELLO, window=WINDOW, payload=self.hello))
            self.pump_for(REPEAT_S, lambda: self.answer is not None)
        theirs = decode(self.answer)
        if theirs[0] != "device" or not theirs[1] <= 1 <= theirs[2] or SUITE not in theirs[6]:
            raise Failure("incompatible")
        self.limit = max(64, min(FRAME_LIMIT, theirs[4]))
        say("linked", epoch=self.epoch, bootId=theirs[8].hex(), phase=theirs[9])

    def is_lost(self) -> bool:
        self.crossed += 1
        is_lost = self.lose > 0 and self.crossed % self.lose == 0
        self.lost += is_lost
        return is_lost

    def put(self, frame: Frame) -> None:
        if not self.is_lost():
            self.port.write(frame.encode())

    def put_bare(self, kind: int, payload: bytes = b"") -> None:
        self.put(Frame(kind, 0, self.epoch, 0, self.expected, WINDOW, 0, payload))

    def pump(self) -> None:
        """Takes what has come, and asks for a sign of life where nothing did."""
        try:
            data = self.port.read(max(1, self.port.in_waiting))
        except (serial.SerialException, OSError) as error:
            raise Failure("link-down", why=str(error)) from None
        for byte in data:
            if byte != 0:
                self.block.append(byte)
                if len(self.block) > MAX_BLOCK:
                    self.block.clear()  # its rest will fail the CRC
                continue
            frame = decode_frame(bytes(self.block)) if self.block else None
            self.block.clear()
            if frame is not None and not self.is_lost():
                self.take(frame)
        now = time.monotonic()
        if self.answer and now - self.heard > IDLE_S and now - self.pinged > PING_S:
            if self.unanswered == 3:
                raise Failure("link-down", why="three PINGs were not answered")
            self.pinged, self.unanswered = now, self.unanswered + 1
            self.put_bare(PING, os.urandom(8))

    def pump_for(self, seconds: float, until: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + seconds
        while not until() and time.monotonic() < deadline:
            self.pump()
        return until()

    def take(self, frame: Frame) -> None:
        if frame.kind == HELLO_ACK:
            self.take_hello_ack(frame)
        elif self.answer is not None and frame.epoch == self.epoch:
            self.heard, self.unanswered = time.monotonic(), 0
            self.window = frame.window
            if frame.ack == self.seq:
                self.acked = frame.ack
            if frame.kind == DATA:
                self.take_data(frame)
            elif frame.kind == NAK:
                self.wants_repeat = True
            elif frame.kind == PING:
                self.put_bare(PONG, frame.payload)
            elif frame.kind == RESET:
                raise Failure("link-down", why="the device ended the link")

    def take_hello_ack(self, frame: Frame) -> None:
        if self.answer is None:
            nonces = decode(self.hello)[3] + decode(frame.payload)[3]
            epoch = int.from_bytes(hashlib.sha256(nonces).digest()[:2]) or 1
            if epoch == frame.epoch:
                self.epoch, self.answer, self.window = epoch, frame.payload, frame.window

    def take_data(self, frame: Frame) -> None:
        if frame.seq == self.expected and frame.channel == 0:
            self.expected = (self.expected + 1) % 65536
            if frame.flags & FIRST:
                self.partial.clear()
            self.partial += frame.payload
            if frame.flags & LAST:
                self.records.append((bool(frame.flags & HANDSHAKE), bytes(self.partial)))
        self.put_bare(ACK)

    def send(self, record: bytes, flags: int = 0) -> None:
        cuts = range(0, max(1, len(record)), self.limit)
        for at in cuts:
            ends = (FIRST if at == 0 else 0) | (LAST if at == cuts[-1] else 0)
            self.send_frame(record[at : at + self.limit], flags | ends)

    def send_frame(self, payload: bytes, flags: int) -> None:
        while self.window == 0:
            self.put_bare(PING, os.urandom(8))
            self.pump_for(REPEAT_S, lambda: self.window > 0)
        seq, self.seq = self.seq, (self.seq + 1) % 65536
        for sending in range(SENDINGS):
            again = RETRANSMIT if sending else 0
            self.repeated += min(sending, 1)
            self.wants_repeat = False
            self.put(Frame(DATA, flags | again, self.epoch, seq, self.expected, WINDOW, 0, payload))
            self.pump_for(REPEAT_S, lambda: self.acked == self.seq or self.wants_repeat)
            if self.acked == self.seq:
                return
        self.close()
        raise Failure("link-down", why="a frame was not acknowledged")

    def receive(self) -> tuple[bool, bytes]:
        if not self.pump_for(PATIENCE_S, lambda: len(self.records) > 0):
            raise Failure("link-down", why="no record came")
        return self.records.popleft()

    def close(self) -> None:
        if self.port.is_open:
            self.lose = 0
            self.put_bare(RESET)
            self.port.close()
            say("closed", frames=self.crossed, lost=self.lost, repeated=self.repeated)
