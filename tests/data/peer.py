#!/usr/bin/env python3
"""A foreign peer, written from the description of the wire formats only: sockets, struct and json.

  peer.py client TRANSPORT FRAMING HOST PORT MESSAGES [--split N] [--replies N]
  peer.py server TRANSPORT FRAMING COUNT

TRANSPORT is tcp or udp. FRAMING is u32 (length prefix, big endian, then JSON [type, data]), line (JSON [type, data] and a
line feed), text (a line of plain text) or datagram (JSON [type, data]) or bytes (a datagram, written as hex).
MESSAGES is a JSON array. A client sends them all, N bytes at a time with --split, and prints N answers, one a line.
A server prints its port, then each of COUNT messages, and answers each: [type, {"echo": data}].
"""

import argparse
import json
import socket
import struct
import sys

TIMEOUT = 30


def encode(framing, message):
    if framing == "bytes":
        return bytes.fromhex(message)
    if framing == "text":
        return message.encode() + b"\n"
    payload = json.dumps(message, separators=(",", ":")).encode()
    if framing == "u32":
        return struct.pack(">I", len(payload)) + payload
    return payload + b"\n" if framing == "line" else payload


def decode(framing, payload):
    if framing == "bytes":
        return payload.hex()
    return payload.decode() if framing == "text" else json.loads(payload)


def answer(framing, message):
    if framing in ("bytes", "text"):
        return message
    return [message[0], {"echo": message[1]}]


def show(value):
    print(json.dumps(value), flush=True)


class Stream:
    def __init__(self, connection, framing):
        self.connection = connection
        self.framing = framing
        self.buffer = b""

    def take(self, count):
        while len(self.buffer) < count:
            part = self.connection.recv(65536)
            if not part:
                return None
            self.buffer += part
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def receive(self):
        if self.framing == "u32":
            head = self.take(4)
            payload = None if head is None else self.take(struct.unpack(">I", head)[0])
        else:
            while b"\n" not in self.buffer:
                part = self.connection.recv(65536)
                if not part:
                    return None
                self.buffer += part
            payload, self.buffer = self.buffer.split(b"\n", 1)
        return None if payload is None else decode(self.framing, payload)


def send_in_pieces(connection, wire, split):
    step = split or max(1, len(wire))
    for start in range(0, len(wire), step):
        connection.sendall(wire[start : start + step])


def client(options):
    kind = socket.SOCK_STREAM if options.transport == "tcp" else socket.SOCK_DGRAM
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family, kind) as connection:
        connection.settimeout(TIMEOUT)
        connection.connect((options.host, options.port))
        messages = json.loads(options.messages)
        if options.transport == "tcp":
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            send_in_pieces(connection, b"".join(encode(options.framing, m) for m in messages), options.split)
            stream = Stream(connection, options.framing)
            for _ in range(options.replies):
                show(stream.receive())
        else:
            for message in messages:
                connection.send(encode(options.framing, message))
            for _ in range(options.replies):
                show(decode(options.framing, connection.recv(65536)))


def server(options):
    kind = socket.SOCK_STREAM if options.transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as listener:
        listener.settimeout(TIMEOUT)
        listener.bind(("127.0.0.1", 0))
        if options.transport == "tcp":
            listener.listen()
        show({"port": listener.getsockname()[1]})
        if options.transport == "udp":
            for _ in range(options.count):
                payload, sender = listener.recvfrom(65536)
                message = decode(options.framing, payload)
                show(message)
                listener.sendto(encode(options.framing, answer(options.framing, message)), sender)
            return
        connection, _ = listener.accept()
        connection.settimeout(TIMEOUT)
        with connection:
            stream = Stream(connection, options.framing)
            for _ in range(options.count):
                message = stream.receive()
                show(message)
                connection.sendall(encode(options.framing, answer(options.framing, message)))
            if stream.receive() is not None:
                sys.exit("more messages came than were announced")


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    for name, function in (("client", client), ("server", server)):
        command = commands.add_parser(name)
        command.set_defaults(function=function)
        command.add_argument("transport", choices=("tcp", "udp"))
        command.add_argument("framing", choices=("u32", "line", "text", "datagram", "bytes"))
        if name == "client":
            command.add_argument("host")
            command.add_argument("port", type=int)
            command.add_argument("messages")
            command.add_argument("--split", type=int, default=0)
            command.add_argument("--replies", type=int, default=0)
        else:
            command.add_argument("count", type=int)
    options = parser.parse_args()
    options.function(options)


if __name__ == "__main__":
    main()
