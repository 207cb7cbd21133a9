#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""handshake-server killed (SIGKILL) under load, again and again: what was answered is there after the restart, once, in order.
usage: test-kills.py PROGRAM [KILLS]; a hundred are for a person, the suite has a few."""
import os, random, re, socket, subprocess, sys, tempfile, threading, time

PROGRAM, KILLS = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
SENDERS, WAIT = 4, 15


class Guest:
    def __init__(self, port, nick):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
        self.held = b""
        self.write("CAP REQ :batch draft/chathistory echo-message message-tags", f"NICK {nick}", f"USER {nick} 0 * :{nick}", "CAP END")
        self.until(" 366 ")

    def write(self, *lines):
        self.sock.sendall("".join(line + "\r\n" for line in lines).encode())

    def line(self):
        while b"\n" not in self.held:
            data = self.sock.recv(65536)
            if not data:
                raise ConnectionError("closed")
            self.held += data
        line, self.held = self.held.split(b"\n", 1)
        return line.decode().rstrip("\r")

    def until(self, part):
        while True:
            line = self.line()
            if part in line:
                return line


def start(folder, config):
    began = time.monotonic()
    process = subprocess.Popen([PROGRAM, "--config", config, "--port", "0", "--address", "127.0.0.1", "--data-dir", folder],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    line = process.stdout.readline()
    return process, int(re.search(r":(\d+)$", line.strip())[1]), time.monotonic() - began


def load(port, nick, kill, answered):
    """Says one thing after the other; keeps (msgid, text) of what was answered, until the server is gone."""
    try:
        guest = Guest(port, nick)
        for number in range(1000000):
            text = f"{kill}-{nick}-{number}"
            guest.write(f"PRIVMSG #lobby :{text}")
            line = guest.until(" " + text)
            while f":{nick}!" not in line:
                line = guest.until(" " + text)
            answered.append((re.search(r"msgid=([^; ]+)", line)[1], text))
    except OSError:
        pass


def read_all(port):
    """The whole history of the room, through CHATHISTORY, in its order."""
    guest, known, point = Guest(port, "reader"), [], "timestamp=1970-01-01T00:00:00.001Z"
    while True:
        guest.write(f"CHATHISTORY AFTER #lobby {point} 1000")
        guest.until(" BATCH +")
        part = []
        while " BATCH -" not in (line := guest.line()):
            part.append((re.search(r"msgid=([^; ]+)", line)[1], line.rsplit(" ", 1)[1].lstrip(":")))
        if not part:
            return known
        known += part
        point = "msgid=" + part[-1][0]


def main():
    answered, slowest = [], 0.0
    with tempfile.TemporaryDirectory(prefix="handshake-") as folder:
        config = os.path.join(folder, "conf")
        with open(config, "w", encoding="ascii") as file:
            file.write("[limits]\nflood-protection=false\nper-address=0\n")
        process, port, _ = start(folder, config)
        for kill in range(KILLS):
            threads = [threading.Thread(target=load, args=(port, f"s{i}", kill, answered)) for i in range(SENDERS)]
            for thread in threads:
                thread.start()
            time.sleep(random.uniform(0.05, 0.4))
            process.kill()
            process.wait()
            for thread in threads:
                thread.join()
            process, port, took = start(folder, config)
            slowest = max(slowest, took)
        known = read_all(port)
        process.terminate()
        process.wait(WAIT)
    ids = [msgid for msgid, _ in known]
    missing = set(answered) - set(known)
    print(f"{KILLS} kills, {len(answered)} answered, {len(known)} kept, slowest start {slowest * 1000:.0f} ms")
    assert answered, "nothing was said"
    assert not missing, f"lost: {sorted(missing)[:5]}"
    assert len(set(ids)) == len(ids) and len({text for _, text in known}) == len(known), "doubled"
    assert ids == sorted(ids), "out of order"


main()
