#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""handshake-server under load beside a bare epoll loop (the floor), ngircd and inspircd where they are installed: the same guests in one run.

usage: bench-server.py PROGRAM GUESTS FLOOR [--runs N] [--cases A,B]. The server has a processor of its own where there are two. Medians of the
runs in turn; ratios count, absolute figures move with the machine. Fails where a figure is beyond its aim against the best peer of the run.
"""

import argparse
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

# case: what the guests do, and of which figures it speaks: aim as a ratio to the best peer (None: an absolute one), the limit, more is better
CASES = {
    'registrations': (['--guests=5000'], {'registrations': ('x', 3.0, True), 'kib': ('abs', 1.0, False)}),
    'join': (['--guests=1000', '--join'], {'join_s': ('x', 0.8, False), 'kib_joined': ('abs', 1.8, False)}),
    'fan100': (['--guests=100', '--join', '--messages=20000'], {'cpu_per_million': ('x', 0.5, False)}),
    'fan1000': (['--guests=1000', '--join', '--messages=2000'], {'cpu_per_million': ('x', 0.6, False)}),
    'paced100': (['--guests=100', '--join', '--senders=10', '--rate=100', '--messages=800'],
                 {'p50_ms': (None, 0, False), 'p99_ms': ('abs', 1.5, False)}),
    'paced1000': (['--guests=1000', '--join', '--senders=10', '--rate=100', '--messages=800'],
                  {'p50_ms': (None, 0, False), 'p99_ms': ('x', 0.8, False)}),
    'idle': (['--guests=1000', '--join', '--idle=5'], {'idle': ('abs', 0.0, False)}),
}
PARALLEL = {'ngircd': 10, 'inspircd': 1000}  # each at its own best
OURS = '''[server]
name=bench.local
address=127.0.0.1
port={port}
[limits]
flood-protection=false
guests=20000
per-address=0
unregistered=20000
send-queue=67108864
ping-after=600
'''
NGIRCD = '''[Global]
Name = bench.local
Listen = 127.0.0.1
Ports = {port}
Info = bench
ServerUID = irc
ServerGID = irc
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 31
MaxPenaltyTime = 0
PingTimeout = 600
[Options]
DNS = no
Ident = no
PAM = no
'''
INSPIRCD = '''<server name="bench.local" description="bench" id="000" network="bench">
<admin name="x" nick="x" email="x@bench.local">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect allow="*" resolvehostnames="no" useident="no" timeout="60" pingfreq="600" recvq="1M" softsendq="64M" hardsendq="64M"
 commandrate="1000000000" threshold="1000000000" fakelag="no" localmax="20000" globalmax="20000" limit="20000" maxchans="100">
<performance softlimit="20000" somaxconn="4096" netbuffersize="65534" quietbursts="yes">
<options casemapping="ascii" defaultbind="ipv4">
<pid file="{folder}/inspircd.pid">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="{folder}/inspircd.log">
'''


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


def commands(program, floor, folder, port):
    conf = pathlib.Path(folder, 'conf')
    found = {'handshake-server': (OURS, [program, '--config', conf, '--data-dir', f'{folder}/data']), 'floor': (None, [floor, str(port)])}
    if shutil.which('ngircd', path='/usr/sbin:/usr/bin'):
        found['ngircd'] = (NGIRCD, ['/usr/sbin/ngircd', '-n', '-f', conf])
    if shutil.which('inspircd', path='/usr/sbin:/usr/bin'):
        found['inspircd'] = (INSPIRCD, ['/usr/sbin/inspircd', '--runasroot', '--nofork', '--config', conf])
    return found


def pin(processor):
    if os.cpu_count() >= 2:
        os.sched_setaffinity(0, {processor})


def measure(name, program, guests, floor, case):
    port = free_port()
    with tempfile.TemporaryDirectory(prefix='handshake-') as folder:
        os.chmod(folder, 0o755)
        text, command = commands(program, floor, folder, port)[name]
        if text is not None:
            pathlib.Path(folder, 'conf').write_text(text.format(port=port, folder=folder), encoding='ascii')
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, preexec_fn=lambda: pin(0))
        try:
            for _ in range(500):
                with socket.socket() as probe:
                    if probe.connect_ex(('127.0.0.1', port)) == 0:
                        break
                time.sleep(0.02)
            time.sleep(0.5)
            out = subprocess.run([guests, f'--port={port}', f'--pid={server.pid}', f'--parallel={PARALLEL.get(name, 200)}'] + case,
                                 capture_output=True, text=True, timeout=150, preexec_fn=lambda: pin(1))
            row = json.loads(out.stdout) if out.returncode == 0 else {'whole': False}
            return row if row['whole'] else None
        except subprocess.TimeoutExpired:
            return None
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def judge(figure, aim, medians):
    kind, limit, more = aim
    mine = medians['handshake-server'][figure]
    peers = [medians[name][figure] for name in ('ngircd', 'inspircd') if name in medians]
    best = (max if more else min)(peers) if peers else None
    if kind == 'x' and best:
        return (mine >= limit * best if more else mine <= limit * best), f'{mine / best:.2f} × the best peer, aim {limit}'
    if kind == 'abs':
        return mine <= limit, f'aim {limit}'
    return True, ''


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('guests')
    parser.add_argument('floor')
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--cases', default=','.join(CASES))
    options = parser.parse_args()
    missed = 0
    for label in options.cases.split(','):
        case, aims = CASES[label]
        names, rows = list(commands(options.program, options.floor, '/', 0)), {}
        for _ in range(options.runs):
            for name in names:
                row = measure(name, options.program, options.guests, options.floor, case)
                if row is not None:
                    rows.setdefault(name, []).append(row)
        if 'handshake-server' not in rows:
            print(f'{label}: FAILED, not every guest registered or not every message arrived')
            missed += 1
            continue
        medians = {name: {key: statistics.median(row[key] for row in some) for key in some[0]} for name, some in rows.items()}
        for figure, aim in aims.items():
            good, words = judge(figure, aim, medians)
            missed += not good
            floor = medians.get('floor', {}).get(figure, 0)
            beside = f'{medians["handshake-server"][figure] / floor:.2f} × the floor' if floor > 0 else ''
            print(f'{label:14s}{figure:16s}' + '  '.join(f'{name} {medians[name][figure]:.2f}' for name in medians)
                  + f'   {beside}  {words}{"" if good else "   MISSED"}', flush=True)
    return 1 if missed else 0


sys.exit(main())
