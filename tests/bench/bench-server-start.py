#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How soon a server that was started takes a guest: handshake-server, a bare GSocketService and ngircd in the same run.

From exec to the first connect () that succeeds, medians of rounds in turn. Fails beyond the aims. Usage: bench-server-start.py PROGRAM BARE
"""

import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 21
START_AIM = 0.050  # seconds, to its own word "listening on"
RATIO_AIM = 3.0  # to a bare GSocketService, which reads no options, draws no random numbers and opens no database

NGIRCD = '''[Global]
Name = bench.local
Listen = 127.0.0.1
Ports = {port}
Info = bench
ServerUID = nobody
ServerGID = nogroup
'''


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


def until_taken(command, port):
    """Seconds to the first connection, and to the first line of output (0: there is none)."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                socket.create_connection(('127.0.0.1', port), 1).close()
                break
            except ConnectionRefusedError:
                if process.poll() is not None or time.monotonic() - began > 10:
                    raise SystemExit(f'{command[0]} does not listen') from None
                time.sleep(0.0002)
        taken = time.monotonic() - began
        if b'ngircd' not in os.fsencode(command[0]):
            process.stdout.readline()
        return taken, time.monotonic() - began
    finally:
        process.terminate()
        process.communicate(timeout=20)


def main(program, bare):
    took = {}
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(ROUNDS):
            port = free_port()
            commands = {'handshake-server': [program, f'--port={port}', '--address=127.0.0.1', f'--data-dir={directory}'],
                        'bare GSocketService': [bare, str(port)]}
            if shutil.which('ngircd'):
                config = pathlib.Path(directory, 'ngircd.conf')
                config.write_text(NGIRCD.format(port=port), encoding='ascii')
                commands['ngircd'] = [shutil.which('ngircd'), '-n', '-f', str(config)]
            for name, command in commands.items():
                took.setdefault(name, []).append(until_taken(command, port))
    taken = {name: statistics.median(first for first, _ in rounds) for name, rounds in took.items()}
    for name, seconds in taken.items():
        print(f'{name}: {seconds * 1000:.1f} ms from exec to the first guest, {seconds / taken["bare GSocketService"]:.2f} × the bare one')
    said = statistics.median(word for _, word in took['handshake-server'])
    print(f'handshake-server says "listening on" after {said * 1000:.1f} ms (aim {START_AIM * 1000:.0f} ms)')
    ratio = taken['handshake-server'] / taken['bare GSocketService']
    return 1 if said > START_AIM or ratio > RATIO_AIM else 0


sys.exit(main(*sys.argv[1:]))
