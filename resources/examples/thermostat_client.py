#!/usr/bin/env python3
"""A thermostat's remote control, as somebody wrote it who never heard of SockScope: hello, welcome, set, done.

A message is a 16-bit length and so many bytes: kind, id, fields, CRC-16/XMODEM.
"""
import binascii
import socket
import struct
import sys

TARGET = 2150  # hundredths of a degree
HEAT = 1


def send(connection, kind, number, body):
    message = struct.pack(">BH", kind, number) + body
    message += struct.pack(">H", binascii.crc_hqx(message, 0))
    connection.sendall(struct.pack(">H", len(message)) + message)


def receive(connection):
    size = struct.unpack(">H", exactly(connection, 2))[0]
    message = exactly(connection, size)
    if binascii.crc_hqx(message, 0) != 0:
        sys.exit("the answer's checksum is wrong: " + message.hex())
    kind, number = struct.unpack(">BH", message[:3])
    return kind, number, message[3:-2]


def exactly(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            sys.exit("the thermostat hung up")
        data += part
    return data


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9400
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        name = b"kitchen"
        send(connection, 1, 100, bytes([len(name)]) + name)
        kind, number, body = receive(connection)
        if (kind, number) != (2, 100):
            sys.exit(f"no welcome, but {kind} to {number}")
        print(f"session {struct.unpack('>I', body)[0]}")
        send(connection, 3, 101, struct.pack(">hB", TARGET, HEAT))
        kind, number, body = receive(connection)
        if kind == 5:
            sys.exit("refused: " + body[1:].decode())
        if (kind, number) != (4, 101):
            sys.exit(f"not done, but {kind} to {number}")
        print(f"set to {struct.unpack('>h', body)[0] / 100} °C")


main()
