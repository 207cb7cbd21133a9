#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody in between: stands at a port, passes on to another one, and does with the connections that come what stdin says.
usage: relay.py TARGET-PORT CERTIFICATE KEY

Says its port, then for each connection that ends what was said through it: "said clear|hidden REPR", REPR of what it could read.
"""
import contextlib
import select
import socket
import ssl
import sys
import threading
import time

OFFER = b" handshakechat.github.io/tls"  # the last word of a list, or all of it: then an empty one has to stay
target, certificate, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]
mode = "pass"
lock = threading.Lock()


def say(*words):
    with lock:
        print(*words, flush=True)


def pump(source, sink, change=lambda data: data, heard=None, pause=0.0):
    with contextlib.suppress(OSError, ValueError):
        while data := source.recv(1 if pause else 65536):
            if heard is not None:
                heard += data
            sink.sendall(change(data))
            time.sleep(pause)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def both_ways(guest, server, change=lambda data: data, heard=None, pause=0.0):
    back = threading.Thread(target=pump, args=(server, guest, change, None, pause), daemon=True)
    back.start()
    pump(guest, server, heard=heard)
    back.join(30)


def take_turns(guest, server, heard):
    """Both ways by one thread, until either ends: what is encrypted must not be read by one while another writes to it."""
    sinks = {guest: server, server: guest}
    while ready := [source for source in sinks if source.pending()] or select.select(list(sinks), [], [], 30)[0]:
        for source in ready:
            source.settimeout(0)
            try:
                data = source.recv(65536)
            except ssl.SSLWantReadError:  # a ticket, say: nothing to pass on
                continue
            if not data:
                return
            if source is guest:
                heard += data
            sinks[source].settimeout(30)
            sinks[source].sendall(data)


def connect():
    return socket.create_connection(("127.0.0.1", target), 20)


def in_the_middle(guest, heard):
    """Ends the encryption here and begins it anew behind: what a certificate that nobody checks is worth."""
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate, key)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    theirs.check_hostname, theirs.verify_mode = False, ssl.CERT_NONE
    with ours.wrap_socket(guest, server_side=True) as guest, theirs.wrap_socket(connect()) as server:
        take_turns(guest, server, heard)


def to_end(guest):
    with contextlib.suppress(OSError):
        while guest.recv(65536):
            pass


def answer(words):
    """With these, or with what it heard."""
    def rude(guest, _):
        hello = guest.recv(65536)
        guest.sendall(words or hello)
        guest.shutdown(socket.SHUT_WR)
        to_end(guest)
    return rude


def cut(guest, _):
    guest.recv(65536)


def drip(guest, _):
    with connect() as server:
        both_ways(guest, server, pause=1.0)


def silent(guest, _):
    to_end(guest)


def through(guest, heard, change=lambda data: data):
    with connect() as server:
        both_ways(guest, server, change, heard)


# What is done with a ClientHello; the rest is passed on.
HELLOS = {
    "pass": lambda guest, _: through(guest, None), "strip": cut, "middle": in_the_middle, "cut": cut, "drip": drip, "silent": silent,
    "echo": answer(None), "alert": answer(b"\x15\x03\x03\x00\x02\x02\x28"),
    "plain": answer(b":irc.example 451 * :You have not registered\r\n"),
}


def serve(guest, how):
    heard = bytearray()
    hidden = False
    with contextlib.suppress(OSError), guest:
        guest.settimeout(30)
        hidden = guest.recv(1, socket.MSG_PEEK) == b"\x16"
        if hidden:
            HELLOS[how](guest, heard)
        elif how == "late":
            time.sleep(3.5)
            through(guest, heard)
        else:
            through(guest, heard, (lambda data: data.replace(OFFER, b" :")) if how == "strip" else lambda data: data)
    say("said", "hidden" if hidden else "clear", repr(bytes(heard)))


def accept(listener):
    while True:
        guest, _ = listener.accept()
        threading.Thread(target=serve, args=(guest, mode), daemon=True).start()


HELLOS["late"] = HELLOS["pass"]
with socket.create_server(("127.0.0.1", 0)) as listener:
    say("port", listener.getsockname()[1])
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    for line in sys.stdin:
        mode = line.strip()
        say("mode", mode)
