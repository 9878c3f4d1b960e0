#!/usr/bin/env python3
"""A thermometer that speaks the protocol of thermo.json, written with struct and zlib only.

  thermo_peer.py ask HOST PORT          sends two readings and one with a wrong sum, over UDP
  thermo_peer.py serve                  prints its port, then checks and prints each message; answers "ask" with a reading
"""

import socket
import struct
import sys
import zlib


def frame(kind, body):
    message = b"\xa5\x5a" + struct.pack(">BH", kind, len(body)) + body
    return message + struct.pack(">I", zlib.crc32(message))


def reading(sensor, temperature, state, alarm, label, history):
    name = label.encode()
    body = struct.pack(">HfBB", sensor, temperature, state << 4 | alarm << 3, len(name)) + name
    return frame(1, body + b"".join(struct.pack(">h", one) for one in history))


def parse(message):
    magic, kind, length = struct.unpack(">HBH", message[:5])
    body = message[5:-4]
    if magic != 0xA55A or length != len(body):
        return "broken header"
    if struct.unpack(">I", message[-4:])[0] != zlib.crc32(message[:-4]):
        return "broken sum"
    if kind == 2:
        return "ask %d" % struct.unpack(">H", body)
    sensor, temperature, bits, size = struct.unpack(">HfBB", body[:8])
    rest = body[8 + size:]
    history = struct.unpack(">%dh" % (len(rest) // 2), rest)
    return "reading %d %.2f %d %d %s %s" % (sensor, temperature, bits >> 4, bits >> 3 & 1, body[8:8 + size].decode(), list(history))


def main():
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.settimeout(30)
    if sys.argv[1] == "ask":
        broken = bytearray(reading(3, 1.0, 0, 0, "x", []))
        broken[-1] ^= 1
        for message in (reading(7, 21.5, 1, 1, "attic", [20, -19]), reading(8, 130.0, 2, 0, "", []), bytes(broken)):
            sock.sendto(message, (sys.argv[2], int(sys.argv[3])))
        return
    sock.bind(("127.0.0.1", 0))
    print(sock.getsockname()[1], flush=True)
    while True:
        message, peer = sock.recvfrom(65536)
        print(parse(message), flush=True)
        if message[2:3] == b"\x02":
            sock.sendto(reading(struct.unpack(">H", message[5:7])[0], 19.25, 1, 0, "cellar", [1]), peer)


main()
