#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every string for people is known to the translators and translated: against the sources as they are now.

Usage: test-po.py SOURCE_DIR
"""

import pathlib
import subprocess
import sys
import tempfile

REMEDY = 'run build-aux/update-po, then translate'


def run(*words):
    return subprocess.run(words, text=True, capture_output=True, env={'LC_ALL': 'C', 'PATH': '/usr/bin:/bin'})


def listed(source):
    fresh = run(source / 'build-aux' / 'update-po', '--list').stdout.split()
    known = (source / 'po' / 'POTFILES').read_text().split()
    yield from (f'{name} has strings and is not in po/POTFILES; {REMEDY}' for name in fresh if name not in known)
    yield from (f'{name} is in po/POTFILES without strings; {REMEDY}' for name in known if name not in fresh)


def translated(source, language, folder):
    template = folder / 'handshake.pot'
    made = run(source / 'build-aux' / 'update-po', '--template', template)
    if made.returncode != 0:
        yield made.stderr.strip()
        return
    merged = folder / f'{language}.po'
    run('msgmerge', '--quiet', '--no-fuzzy-matching', '--output-file', merged, source / 'po' / f'{language}.po', template)
    checked = run('msgfmt', '--check', '--statistics', '--output-file=/dev/null', merged)
    if checked.returncode != 0 or 'fuzzy' in checked.stderr or 'untranslated' in checked.stderr:
        yield checked.stderr.strip()
        for kind in ('--untranslated', '--only-fuzzy'):
            yield from (line for line in run('msgattrib', kind, '--no-obsolete', merged).stdout.splitlines()
                        if line.startswith(('#:', 'msgid')))


def main(source):
    source = pathlib.Path(source)
    with tempfile.TemporaryDirectory() as folder:
        tests = [('/po/files', list(listed(source)))]
        tests += [(f'/po/{language}', list(translated(source, language, pathlib.Path(folder))))
                  for language in (source / 'po' / 'LINGUAS').read_text().split()]
    for number, (name, problems) in enumerate(tests, 1):
        print(f'{"not ok" if problems else "ok"} {number} {name}')
        for problem in problems:
            print(f'  # {problem}')
    print(f'1..{len(tests)}')
    return 1 if any(problems for _, problems in tests) else 0


sys.exit(main(sys.argv[1]))
