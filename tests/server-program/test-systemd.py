#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units that are installed, judged by systemd's own tools, which need no systemd that runs. usage: test-systemd.py PROGRAM DATA BUILT_DATA"""
import os, pathlib, re, shutil, stat, subprocess, sys, tempfile

from hosted import Skip, run

PROGRAM, DATA, BUILT = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
EXPOSURE_MAX = 20  # of 100: systemd calls up to 19 "OK", and a server of sockets cannot give those up


def tool(name, *arguments, **env):
    if not shutil.which(name):
        raise Skip(f"there is no {name}")
    done = subprocess.run([name, *arguments], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0", **env})
    return done.returncode, done.stdout + done.stderr


def units(directory):
    """As they are installed, but with the program where it was built."""
    places = {"system": (BUILT / "handshake-server.service", DATA / "systemd" / "handshake-server.socket"),
              "user": (BUILT / "handshake-server-user.service",)}
    for place, files in places.items():
        os.mkdir(os.path.join(directory, place))
        for file in files:
            text = re.sub(r"(?<=^ExecStart=)\S+", PROGRAM, file.read_text(encoding="utf-8"), flags=re.MULTILINE)
            name = file.name.replace("-user", "")
            pathlib.Path(directory, place, name).write_text(text, encoding="utf-8")
            yield place, os.path.join(directory, place, name)


def units_have_no_fault():
    with tempfile.TemporaryDirectory() as directory:
        for place, unit in units(directory):
            status, said = tool("systemd-analyze", f"--{place}", "verify", "--man=no", "--recursive-errors=no", unit, XDG_RUNTIME_DIR=directory)
            assert status == 0 and said == "", (unit, said)


def verify_would_find_one():
    with tempfile.TemporaryDirectory() as directory:
        unit = next(unit for _, unit in units(directory))
        with open(unit, "a", encoding="utf-8") as file:
            file.write("[Service]\nLockPersonalty=yes\n")
        _, said = tool("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit)
        assert "LockPersonalty" in said, said


def system_unit_gives_little_away():
    with tempfile.TemporaryDirectory() as directory:
        unit = next(unit for _, unit in units(directory))
        status, said = tool("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", unit)
        print("#", said.strip().splitlines()[-1])
        assert status == 0, said


def both_filter_alike():
    """The person's own service may do no more system calls and families than the system's."""
    with tempfile.TemporaryDirectory() as directory:
        settings = {}
        for place, unit in units(directory):
            if unit.endswith(".service"):
                text = pathlib.Path(unit).read_text(encoding="utf-8")
                settings[place] = re.findall(r"^(?:SystemCall|Restrict)\w+=.*", text, flags=re.MULTILINE)
        assert settings["system"] == settings["user"] and settings["user"], settings


def users_and_files_are_made():
    """sysusers.d and tmpfiles.d in an empty root."""
    if os.geteuid() != 0:
        raise Skip("only root can make users")
    with tempfile.TemporaryDirectory() as root:
        os.mkdir(os.path.join(root, "etc"))
        status, said = tool("systemd-sysusers", f"--root={root}", str(DATA / "systemd" / "sysusers.conf"))
        assert status == 0, said
        assert re.search(r"^handshake:", pathlib.Path(root, "etc", "passwd").read_text(encoding="utf-8"), flags=re.MULTILINE)
        unit = (BUILT / "handshake-server.service").read_text(encoding="utf-8")
        assert "\nUser=handshake\n" in unit
        rules = (BUILT / "tmpfiles.conf").read_text(encoding="utf-8")
        made, example = re.search(r"^C (\S+) .* (\S+)$", rules, flags=re.MULTILINE).groups()
        assert f"--config={made}\n" in unit, unit
        source = pathlib.Path(root + example)
        source.parent.mkdir(parents=True)
        shutil.copy(DATA / "server.conf", source)
        group = re.search(r"^handshake:[^:]*:(\d+):", pathlib.Path(root, "etc", "group").read_text(encoding="utf-8"), flags=re.MULTILINE)[1]
        for own in ("", "[server]\nname=mine\n"):  # one that is there is left alone
            if own:
                pathlib.Path(root + made).write_text(own, encoding="utf-8")
            status, said = tool("systemd-tmpfiles", f"--root={root}", "--create", str(BUILT / "tmpfiles.conf"))
            assert status == 0, said
            assert pathlib.Path(root + made).read_text(encoding="utf-8") == (own or source.read_text(encoding="utf-8"))
            info = os.stat(root + made)  # it may hold a password, which the server reads and nobody else
            assert stat.S_IMODE(info.st_mode) == 0o640 and (info.st_uid, info.st_gid) == (0, int(group)), info


run([units_have_no_fault, verify_would_find_one, system_unit_gives_little_away, both_filter_alike, users_and_files_are_made])
