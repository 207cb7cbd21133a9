#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What build-aux/report-tests makes of test logs: a skip that nobody allowed fails where CI is set. usage: test-report-tests.py REPORT"""
import json, os, subprocess, sys, tempfile

REPORT = sys.argv[1]
ALLOWED, NOT_ALLOWED = "no right to mount a small disk", "irssi is not installed"

# description, (result, stdout, stderr) of one program, exit status without and with CI, last line
ROWS = [
    ("passed", ("OK", "ok 1 /a\nok 2 - b (0.1 s)\n1..2\n", ""), 0, 0, "2 passed, 0 failed, 0 skipped"),
    ("no cases", ("OK", "hello\n", ""), 0, 0, "1 passed, 0 failed, 0 skipped"),
    ("failed", ("FAIL", "ok 1 /a\nnot ok 2 /b\n", ""), 1, 1, "1 passed, 1 failed, 0 skipped"),
    ("a crash", ("FAIL", "ok 1 /a\n", ""), 1, 1, "1 passed, 1 failed, 0 skipped"),
    ("an allowed skip", ("OK", f"ok 1 /a\nok 2 /b # SKIP {ALLOWED}\n", ""), 0, 0, "1 passed, 0 failed, 1 skipped"),
    ("another skip", ("OK", f"ok 1 /a\nok 2 - b # SKIP {NOT_ALLOWED}\n", ""), 0, 1, "1 passed, 0 failed, 1 skipped"),
    ("a skip without a reason", ("OK", "ok 1 /a\nok 2 /b # SKIP\n", ""), 0, 1, "1 passed, 0 failed, 1 skipped"),
    ("all of unittest's", ("OK", "", "test_a (__main__.Test.test_a) ... ok\n"
                                     f"test_b (__main__.Test.test_b) ... skipped '{NOT_ALLOWED}'\n"), 0, 1, "1 passed, 0 failed, 1 skipped"),
    ("a line that is no TAP", ("OK", f"ok 1 /a\nskip - b: {NOT_ALLOWED}\n", ""), 0, 0, "1 passed, 0 failed, 0 skipped"),
]


def report(test, ci):
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | ({"CI": "true"} if ci else {})
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "plain.json"), "w", encoding="utf-8") as log:
            for result, stdout, stderr in [("OK", "", ""), test]:
                log.write(json.dumps({"name": "x", "result": result, "stdout": stdout, "stderr": stderr}) + "\n")
        done = subprocess.run([sys.executable, REPORT, folder], env=environment, capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout


def one_more(line):
    """Each log begins with a program that passed."""
    passed, rest = line.split(" ", 1)
    return f"{int(passed) + 1} {rest}"


for number, (name, test, without, with_ci, last) in enumerate(ROWS, 1):
    for ci, expected in ((False, without), (True, with_ci)):
        status, said = report(test, ci)
        assert (status, said.splitlines()[-1]) == (expected, one_more(last)), f"{name}, {ci=}: {status}\n{said}"
    print(f"ok {number} - {name}")
print(f"1..{len(ROWS)}")
