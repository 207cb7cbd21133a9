#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""handshake-server on a server.db that is not as it should be: clear words, people go on talking, and what is there is left as it was.
usage: test-storage.py PROGRAM …"""
import ctypes, os, re, sqlite3, stat, subprocess, sys, tempfile

from hosted import Server, Skip, closing, run

PROGRAM = sys.argv[1]
NOBODY = 65534
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 1 << 18


def talks(server, words, number="1"):
    """Two guests hear each other, and the server has said @words by then."""
    with closing(server.irc(f"ana{number}", "echo-message")) as ana, closing(server.irc(f"ben{number}")) as ben:
        ana.write(f"PRIVMSG #lobby :hello {number}")
        ana.until(f"hello {number}")
        ben.until(f"hello {number}")
    said = ""
    while words is not None and words not in said:
        data = os.read(server.process.stderr.fileno(), 4096).decode()
        assert data, said
        said += data


def make(folder):
    """A server.db with a message in it, closed in good order; its bytes."""
    with Server(PROGRAM, "--data-dir", folder) as server:
        talks(server, None)
    return read(folder)


def read(folder):
    with open(os.path.join(folder, "server.db"), "rb") as file:
        return file.read()


def is_left_alone(spoil, words):
    with tempfile.TemporaryDirectory(prefix="handshake-") as folder:
        make(folder)
        path = os.path.join(folder, "server.db")
        spoil(path)
        before = read(folder)
        with Server(PROGRAM, "--data-dir", folder) as server:
            talks(server, words)
        assert read(folder) == before, "it was written to"
        assert not os.path.exists(path + "-wal") or os.path.getsize(path + "-wal") == 0


def execute(path, *statements):
    db = sqlite3.connect(path)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


def later_version():
    is_left_alone(lambda path: execute(path, "PRAGMA user_version = 999"), "was written by a newer version, and was left as it is")


def somebody_elses():
    is_left_alone(lambda path: execute(path, "PRAGMA application_id = 7"), "is damaged or not a history, and was left as it is")


def no_database():
    def spoil(path):
        with open(path, "wb") as file:
            file.write(b"Dear diary, " * 1000)

    is_left_alone(spoil, "is damaged or not a history, and was left as it is")


def read_only():
    """Root could write it all the same: it is nobody's server, on a file of somebody else's."""
    with tempfile.TemporaryDirectory(prefix="handshake-") as folder:
        before = make(folder)
        path = os.path.join(folder, "server.db")
        os.chmod(path, stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
        prefix = []
        if os.geteuid() == 0:
            for name in os.listdir(folder):
                if not name.startswith("server.db"):
                    os.chown(os.path.join(folder, name), NOBODY, NOBODY)
            os.chown(folder, NOBODY, NOBODY)
            prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--bounding-set=-all"]
        with as_program(prefix) as program, Server(program, "--data-dir", folder) as server:
            talks(server, "The history cannot be written: its folder or file is read-only")
        assert read(folder) == before, "it was written to"


def as_program(prefix):
    """One executable that runs PROGRAM behind @prefix."""
    folder = tempfile.TemporaryDirectory(prefix="handshake-")
    os.chmod(folder.name, 0o755)
    path = os.path.join(folder.name, "program")
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\nexec " + " ".join(prefix + [PROGRAM]) + ' "$@"\n')
    os.chmod(path, 0o755)

    class Program:
        def __enter__(self):
            return path

        def __exit__(self, *_):
            folder.cleanup()

    return Program()


def in_a_small_disk(folder, size):
    """Mounted where only this process and its children see it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0 or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) != 0 \
            or libc.mount(b"none", folder.encode(), b"tmpfs", 0, f"size={size}k".encode()) != 0:
        raise Skip("no right to mount a small disk")


def full_disk():
    """It fills while people talk; when there is room again, what is said is kept again."""
    with tempfile.TemporaryDirectory(prefix="handshake-") as folder:
        in_a_small_disk(folder, 512)
        try:
            with Server(PROGRAM, "--data-dir", folder) as server:
                talks(server, None, "1")
                ballast = os.path.join(folder, "ballast")
                with open(ballast, "wb", buffering=0) as file:
                    try:
                        while True:
                            file.write(b"x" * 512)
                    except OSError:
                        pass
                with closing(server.irc("cem", "echo-message")) as cem:
                    for i in range(40):
                        cem.write(f"PRIVMSG #lobby :{i} " + "y" * 400)
                        cem.until(f" :{i} yyy")
                talks(server, "The history cannot be written: the disk is full", "2")
                os.unlink(ballast)
                talks(server, "What is said can be kept again.", "3")
            with Server(PROGRAM, "--data-dir", folder) as server, closing(server.irc("dil", "batch draft/chathistory")) as dil:
                dil.write("CHATHISTORY LATEST #lobby * 500")
                lines = dil.fence()
                assert any("hello 1" in line for line in lines) and any("hello 3" in line for line in lines), lines[-5:]
        finally:
            subprocess.run(["umount", folder], check=False)


run([later_version, somebody_elses, no_database, read_only, full_disk])
