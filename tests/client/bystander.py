#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small IRC server that speaks TLS with whatever certificate it is given, good or bad; with a second port, in the clear, that tells of it.
usage: bystander.py CERTIFICATE KEY [STS-SECONDS [GUEST-CERTIFICATE]]

Says its ports ("port TLS CLEAR"), then what it read of each connection: "said clear|hidden REPR". With GUEST-CERTIFICATE it asks for one, as many
networks do, and tells of each encrypted connection whether that was shown: "key shown|hidden".
"""
import contextlib
import socket
import ssl
import sys
import threading

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.set_ciphers("DEFAULT@SECLEVEL=0")  # a weak key is shown on purpose
context.load_cert_chain(sys.argv[1], sys.argv[2])
seconds = sys.argv[3] if len(sys.argv) > 3 else None
if len(sys.argv) > 4:
    context.load_verify_locations(sys.argv[4])
    context.verify_mode = ssl.CERT_OPTIONAL


def converse(guest, capabilities, heard):
    file = guest.makefile("rb")
    for line in file:
        heard += line
        word = line.split()[0].upper() if line.strip() else b""
        if line.startswith(b"CAP LS"):
            guest.sendall(b":irc.example CAP * LS :" + capabilities + b"\r\n")
        elif word == b"USER":
            guest.sendall(b":irc.example 001 Ana :Welcome\r\n:irc.example 376 Ana :End\r\n")
        elif word == b"QUIT":
            return


def serve(guest, secure, sts):
    heard = bytearray()
    with contextlib.suppress(OSError, ssl.SSLError), guest:
        guest.settimeout(20)
        if secure:
            guest = context.wrap_socket(guest, server_side=True)
            if context.verify_mode == ssl.CERT_OPTIONAL:
                print("key", "shown" if guest.getpeercert(True) else "hidden", flush=True)
        converse(guest, sts, heard)
        with contextlib.suppress(OSError):
            guest.shutdown(socket.SHUT_WR)
    print("said", "hidden" if secure else "clear", repr(bytes(heard)), flush=True)


def accept(listener, secure, sts):
    while True:
        guest, _ = listener.accept()
        threading.Thread(target=serve, args=(guest, secure, sts), daemon=True).start()


hidden, clear = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
port = hidden.getsockname()[1]
told = (f"sts=duration={seconds}".encode(), f"sts=port={port}".encode()) if seconds else (b"batch", b"batch")
print("port", port, clear.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(hidden, True, told[0]), daemon=True).start()
threading.Thread(target=accept, args=(clear, False, told[1]), daemon=True).start()
sys.stdin.read()
