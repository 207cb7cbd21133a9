#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hosted room of a million messages: how soon handshake-server listens on it, and what a page of CHATHISTORY takes, beside the same with a
hundred messages in one run. The aims: a second to the restart, and what is stored does not matter to a page.

usage: bench-million.py PROGRAM
"""

import contextlib
import pathlib
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

MILLION, FEW = 1000000, 100
START_AIM, PAGE_AIM = 1.0, 3.0  # seconds; × a page of the small room
PAGES = 200


def start(program, folder):
    config = pathlib.Path(folder, 'conf')
    config.write_text('[limits]\nflood-protection=false\n', encoding='ascii')
    began = time.monotonic()
    server = subprocess.Popen([program, '--port=0', '--address=127.0.0.1', f'--data-dir={folder}', f'--config={config}'],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    port = int(re.search(r':(\d+)$', server.stdout.readline().strip())[1])
    return server, port, time.monotonic() - began


def stop(server):
    server.terminate()
    server.communicate(timeout=60)


def fill(folder, n):
    """As the server itself would: its schema, a message of every quarter of a minute until now."""
    with contextlib.closing(sqlite3.connect(pathlib.Path(folder, 'server.db'))) as db, db:
        first = int(time.time() * 1000) - n * 5000
        place = db.execute("INSERT INTO place (name, n) VALUES ('#lobby', ?) ON CONFLICT (name) DO UPDATE SET n = excluded.n RETURNING id", (n,)).fetchone()[0]
        db.executemany('INSERT INTO message (id, place, kind, source, author, target, text) VALUES (?, ?, 0, ?, ?, ?, ?)',
                       (((first + i * 5000) << 12, place, 'ana!u@127.0.0.1', 'guest:1:1', '#lobby', f'message {i} of quite ordinary length, as people write')
                        for i in range(n)))


def read_until(sock, word):
    held = b''
    while word not in held:
        data = sock.recv(1 << 20)
        assert data, held[-200:]
        held += data
    return held


def pages(port, n):
    """Seconds a page of 100: the newest, and from places all over the room."""
    took = {'newest': [], 'anywhere': []}
    with socket.create_connection(('127.0.0.1', port), 20) as sock:
        sock.sendall(b'CAP REQ :batch draft/chathistory message-tags server-time\r\nNICK reader\r\nUSER r 0 * :r\r\nCAP END\r\n')
        read_until(sock, b' 366 ')
        for i in range(PAGES):
            at = time.gmtime(time.time() - 5 * n * (i + 0.5) / PAGES)
            point = time.strftime('timestamp=%Y-%m-%dT%H:%M:%S.000Z', at).encode()
            for kind, line in (('newest', b'LATEST #lobby *'), ('anywhere', b'AROUND #lobby ' + point)):
                began = time.monotonic()
                sock.sendall(b'CHATHISTORY ' + line + b' 100\r\n')
                lines = read_until(sock, b' BATCH -').count(b' PRIVMSG ')
                assert lines == 100 or (kind == 'anywhere' and lines >= 50), f'{kind}: {lines} messages'
                took[kind].append(time.monotonic() - began)
    return {kind: statistics.median(some) for kind, some in took.items()}


def measure(program, n):
    with tempfile.TemporaryDirectory(prefix='handshake-') as folder:
        stop(start(program, folder)[0])
        fill(folder, n)
        server, port, first = start(program, folder)
        server.kill()  # it has not taken leave: the restart finds a WAL
        server.communicate()
        server, port, again = start(program, folder)
        try:
            return max(first, again), pages(port, n)
        finally:
            stop(server)


def main(program):
    few_start, few = measure(program, FEW)
    start_s, many = measure(program, MILLION)
    print(f'listens after {start_s * 1000:.0f} ms with {MILLION} messages, {few_start * 1000:.0f} ms with {FEW} (aim {START_AIM * 1000:.0f} ms)')
    for kind in many:
        print(f'a page of 100, {kind}: {many[kind] * 1000:.2f} ms, {many[kind] / few[kind]:.2f} × that of {FEW} messages (aim {PAGE_AIM})')
    return 1 if start_s > START_AIM or any(many[kind] > PAGE_AIM * few[kind] for kind in many) else 0


sys.exit(main(*sys.argv[1:]))
