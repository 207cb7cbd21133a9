#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What handshake-server is said to know, it knows, and the other way round: the example configuration, the manual pages, --help.
usage: test-manual.py PROGRAM DATA BUILT_DATA"""
import os, pathlib, re, shutil, subprocess, sys, tempfile

from hosted import Skip, run

PROGRAM, DATA, BUILT = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
ENGLISH = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": ""}


def said(*options):
    done = subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=20, env=ENGLISH)
    assert done.returncode == 0, done
    return done.stdout


def check(text):
    """Exit status and complaint of --check-config."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([PROGRAM, "--check-config", "--config", file.name], capture_output=True, text=True, timeout=20, env=ENGLISH)
        return done.returncode, done.stderr.replace(file.name, "FILE")


def example_is_the_programs():
    """data/server.conf is what --print-config prints: after a new key, LC_ALL=C.UTF-8 handshake-server --print-config > data/server.conf"""
    assert (DATA / "server.conf").read_text(encoding="utf-8") == said("--print-config"), example_is_the_programs.__doc__


def example_can_be_uncommented():
    text = (DATA / "server.conf").read_text(encoding="utf-8")
    assert check(text) == (0, "")
    uncommented = re.sub(r"^#(?! )", "", text, flags=re.MULTILINE)
    assert uncommented.count("\n#") < text.count("\n#") and check(uncommented) == (0, ""), check(uncommented)


def every_key_has_a_sentence():
    lines = (DATA / "server.conf").read_text(encoding="utf-8").splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"#[a-z]", line)]
    assert len(keys) > 15
    for number in keys:
        assert re.fullmatch(r"# .*[.)]", lines[number - 1]), lines[number]


def mistakes_are_named():
    for text, words in (("[server]\nport=70000\n", "FILE:2: port: it is not a number from 0 to 65535\n"),
                        ("[sever]\n", "FILE:1: There is no group [sever].\n"),
                        ("[server]\nname=a\nfrob=1\n", "FILE:3: There is no key “frob” in [server].\n"),
                        ("# said\n\n[limits]\nguests=many\n", "FILE:4: guests: it is not a number from 1 to 1000000\n")):
        assert check(text) == (1, words), (text, check(text))
    for text, words in (("[server]\npassword-file=/nonexistent/p\n", "FILE:2: password-file: "), ("[server]\ntls-key=/nonexistent/k\n", "/nonexistent/k"),
                        ("[accounts]\nsasl=PLAIN,FROB\n", "FILE:2: sasl: there is no mechanism FROB here\n"),
                        ("[accounts]\nkdf-iterations=100\n", "FILE:2: kdf-iterations: it is not a number from 4096 to 1000000\n")):
        code, said_of_it = check(text)
        assert code == 1 and words in said_of_it, (text, code, said_of_it)
    done = subprocess.run([PROGRAM, "--check-config", "--config", "/nonexistent/x"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and "/nonexistent/x" in done.stderr, done
    assert said("--check-config") == "The configuration is good.\n"
    assert said("--version").startswith("handshake-server ")


def password_file_is_bounded():
    """What never ends is given up, not read to its end; the longest password there may be is read with its line's end."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf", encoding="utf-8") as file:
        file.write("[server]\npassword-file=/dev/stdin\n")
        file.flush()
        for text, words in ((b"a" * 300 + b"\r\n", ""), (b"a" * 301 + b"\n", "the password in it is longer than 300 bytes"),
                            (b"a" * 303, "that file holds more than one line of at most 300 bytes")):
            done = subprocess.run([PROGRAM, "--check-config", "--config", file.name], input=text, capture_output=True, timeout=20, env=ENGLISH)
            complaint = f"{file.name}:2: password-file: {words}\n" if words else ""
            assert (done.returncode, done.stderr.decode()) == (int(words != ""), complaint), done
        with subprocess.Popen([PROGRAM, "--check-config", "--config", file.name], stdin=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
                              env=ENGLISH) as program:
            written = 0
            try:
                while written < 2**24:
                    written += program.stdin.write(b"a" * 4096)
            except BrokenPipeError:
                pass
            assert written < 2**24, written
            assert b"holds more than one line" in program.stderr.read()


def page(name):
    """A manual page as text, without formatting."""
    if not shutil.which("groff"):
        raise Skip("there is no groff")
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-Kutf8", "-P-cbou", "-rLL=200n", "-rHY=0", BUILT / name], capture_output=True,
                          text=True, timeout=60, env=ENGLISH)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def pages_have_no_fault():
    for name in ("handshake.1", "handshake-probe.1", "handshake-server.1"):
        text = page(name)
        assert "@" not in text and "SEE ALSO" in text, text


def options_of(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def options_are_in_the_manual():
    manual = page("handshake-server.1")
    section = manual[manual.index("\nOPTIONS"):manual.index("\nCONFIGURATION")]
    assert options_of(section) == options_of(said("--help")), options_of(section) ^ options_of(said("--help"))


def keys_are_in_the_manual():
    manual = page("handshake-server.1")
    manual = re.sub(r"\s+", " ", manual[manual.index("\nCONFIGURATION"):manual.index("\nSIGNALS")])
    sentence = None
    for line in (DATA / "server.conf").read_text(encoding="utf-8").splitlines()[1:]:
        if line.startswith("# "):
            sentence = line[2:]
        elif line.startswith("#"):
            assert f" {line[1:]} {sentence}" in manual, (line, sentence, manual)
        elif line:
            assert f" {line} " in manual, line


run([example_is_the_programs, example_can_be_uncommented, every_key_has_a_sentence, mistakes_are_named, password_file_is_bounded,
     pages_have_no_fault, options_are_in_the_manual, keys_are_in_the_manual])
