#!/usr/bin/env python3
"""An independent peer for the interoperability tests: sockets, struct and json, nothing of ours.

interop_peer.py KIND ROLE HOST PORT ACTION [COUNT]
  KIND    u32 (TCP, a 32-bit big-endian length before each message), line (TCP, LF ends each), udp (a datagram each)
  ROLE    connect, or listen (prints "listening PORT" first)
  ACTION  echo: answers [type, data] with [type + 1, data] until the other side ends or says ["quit", null]
          bulk: sends COUNT messages [1, number] in writes of odd sizes, then waits for [2, COUNT]
Messages are JSON [type, data]. It prints what it did and exits 0, or says why not and exits 1.
"""

import json
import socket
import struct
import sys


class Stream:
    def __init__(self, connection, kind):
        self.connection = connection
        self.kind = kind
        self.buffer = b""

    def frame(self, message):
        payload = json.dumps(message, ensure_ascii=False).encode("utf-8")
        return struct.pack(">I", len(payload)) + payload if self.kind == "u32" else payload + b"\n"

    def send(self, message):
        self.connection.sendall(self.frame(message))

    def cut(self):
        """The first whole message of the buffer, or None."""
        if self.kind == "u32":
            if len(self.buffer) < 4:
                return None
            (length,) = struct.unpack(">I", self.buffer[:4])
            if len(self.buffer) < 4 + length:
                return None
            payload, self.buffer = self.buffer[4 : 4 + length], self.buffer[4 + length :]
            return payload
        payload, found, rest = self.buffer.partition(b"\n")
        if not found:
            return None
        self.buffer = rest
        return payload

    def receive(self):
        while (payload := self.cut()) is None:
            data = self.connection.recv(65536)
            if not data:
                return None
            self.buffer += data
        return json.loads(payload)


class Datagrams:
    def __init__(self, connection, peer=None):
        self.connection = connection
        self.peer = peer

    def frame(self, message):
        return json.dumps(message, ensure_ascii=False).encode("utf-8")

    def send(self, message):
        self.connection.sendto(self.frame(message), self.peer)

    def receive(self):
        data, self.peer = self.connection.recvfrom(65536)
        return json.loads(data)


def open_peer(kind, role, host, port):
    if kind == "udp":
        connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        connection.settimeout(30)
        connection.bind((host, port if role == "listen" else 0))
        print("listening", connection.getsockname()[1], flush=True)
        return Datagrams(connection, (host, port))
    if role == "connect":
        connection = socket.create_connection((host, port), 30)
    else:
        listener = socket.create_server((host, port))
        listener.settimeout(30)
        print("listening", listener.getsockname()[1], flush=True)
        connection, _ = listener.accept()
        connection.settimeout(30)
    return Stream(connection, kind)


def echo(peer):
    answered = 0
    while (message := peer.receive()) is not None:
        kind, data = message
        if kind == "quit":
            break
        peer.send([kind + 1, data])
        answered += 1
    print("answered", answered, flush=True)


def bulk(peer, count):
    if isinstance(peer, Datagrams):
        for number in range(count):
            peer.send([1, number])
            if number % 200 == 199:  # as many as the other side has taken
                assert peer.receive() == [2, number + 1]
        return
    wire = b"".join(peer.frame([1, number]) for number in range(count))
    sizes = [1, 3, 7, 1021, 4099, 65537, 13]
    turn = 0
    while wire:
        size = sizes[turn % len(sizes)]
        peer.connection.sendall(wire[:size])
        wire = wire[size:]
        turn += 1
    message = peer.receive()
    assert message == [2, count], f"the last answer was {message}"
    print("sent", count, flush=True)


def main():
    kind, role, host, port, action = sys.argv[1:6]
    peer = open_peer(kind, role, host, int(port))
    if action == "echo":
        echo(peer)
    else:
        bulk(peer, int(sys.argv[6]))


main()
