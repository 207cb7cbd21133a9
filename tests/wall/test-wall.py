#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proves that the layers are a wall: what a layer may not include does not compile with that layer's own flags.

Usage: test-wall.py SOURCE_DIR BUILD_DIR  (the build directory holds compile_commands.json)
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

# In the order of src/meson.build: whom each layer may include, besides itself.
LAYERS = {
    'tcp': [],
    'wire': [],
    'model': [],
    'net': ['wire', 'tcp'],
    'store': ['wire'],
    'server': ['wire', 'store', 'tcp'],
    'client': ['wire', 'model', 'tcp', 'net', 'store'],
    'ui': ['model', 'client', 'server', 'store', 'tcp'],
}
# The files of server/ that meet sockets.
NET_IN_SERVER = re.compile(r'^hs-server-core(-[a-z]+)*\.c$')
NO_PLACES = re.compile(r'(^|[-_/.])(utils?|helpers?|managers?|common|misc)([-_/.]|$)', re.IGNORECASE)
# Setting text that may come from the wire as markup, in C and in templates.
MARKUP = re.compile(r'gtk_label_set_markup|pango_parse_markup|adw_\w+_set_use_markup\s*\([^)]*TRUE'
                    r'|"use-markup"\s*,\s*TRUE|name="use-markup"[^>]*>\s*(true|yes|1)\b|gtk_label_set_use_markup\s*\([^;]*TRUE', re.IGNORECASE)
# Shows the help, which is this program's own text and in its resources.
MARKUP_OF_OUR_OWN = {'hs-help-window.c'}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


class Wall:
    def __init__(self, source, build):
        self.source = pathlib.Path(source)
        self.build = pathlib.Path(build)
        self.src = self.source / 'src'
        self.failures = 0
        self.number = 0
        self.commands = {}
        for entry in json.loads((self.build / 'compile_commands.json').read_text()):
            file = (pathlib.Path(entry['directory']) / entry['file']).resolve()
            if file.parent.parent == self.src.resolve():
                self.commands[file] = (entry['directory'], shlex.split(entry['command']))

    def check(self, name, problems):
        self.number += 1
        problems = list(problems)
        print(f'{"not ok" if problems else "ok"} {self.number} {name}')
        for problem in problems:
            print(f'  # {problem}')
        self.failures += bool(problems)

    def flags(self, layer):
        """Where to compile and with what, as this layer's files are; of server/, as a file that meets no socket."""
        for file, (directory, words) in sorted(self.commands.items()):
            if file.parent.name == layer and not (layer == 'server' and NET_IN_SERVER.match(file.name)):
                kept = [word for word in words if word not in ('-c', '-MD')]
                for option in ('-o', '-MF', '-MQ', '-MT'):
                    while option in kept:
                        at = kept.index(option)
                        del kept[at:at + 2]
                return directory, kept[:-1]
        return None

    def headers(self, layer):
        return sorted(path.name for path in (self.src / layer).glob('*.h'))

    def compile(self, layer, text):
        directory, words = self.flags(layer)
        return subprocess.run(words + ['-fsyntax-only', '-x', 'c', '-'], cwd=directory, input=text, text=True,
                              capture_output=True, env=dict(os.environ, LC_ALL='C', GCC_COLORS=''))

    def compiles(self, layer, names):
        """None, or what the compiler complains of."""
        tried = self.compile(layer, ''.join(f'#include "{name}"\n' for name in names))
        return None if tried.returncode == 0 else tried.stderr.strip()[:600]

    def upward(self, layer):
        """Every header of every layer that is not below this one is out of reach."""
        for other in LAYERS:
            if other == layer or other in LAYERS[layer]:
                continue
            names = self.headers(other)
            if not names:
                continue
            tried = self.compile(layer, f'#include "{names[0]}"\n')
            if tried.returncode == 0 or 'No such file' not in tried.stderr:
                yield f'{layer}/ can include {other}/{names[0]}: {tried.stderr.strip()[:200]}'
            reach = ''.join(f'#if __has_include("{name}")\n#error reached {name}\n#endif\n' for name in names)
            tried = self.compile(layer, reach)
            yield from (f'{layer}/ reaches {other}/: {line}' for line in tried.stderr.splitlines() if 'error' in line)

    def offered(self, layer):
        """The headers that a layer sees whole: its own, and those below that include nothing out of its reach."""
        near = [layer] + LAYERS[layer]
        text = {name: (self.src / other / name).read_text() for other in LAYERS for name in self.headers(other)}
        home = {name: other for other in LAYERS for name in self.headers(other)}

        def reachable(name):
            return home[name] in near and all(reachable(inner) for inner in INCLUDE.findall(text[name]) if inner in home)

        return {other: [name for name in self.headers(other)
                        if reachable(name) and (other == layer or not name.endswith('-private.h'))] for other in near}

    def downward(self, layer):
        offered = self.offered(layer)
        yield from (f'{layer}/ sees no header of {other}/' for other, names in offered.items() if not names)
        names = [name for names in offered.values() for name in names]
        if self.compiles(layer, names) is None:
            return
        # Two private headers need not go together.
        private = [name for name in names if name.endswith('-private.h')]
        public = [name for name in names if name not in private]
        complaints = [self.compiles(layer, tried) for tried in [public, *([*public, name] for name in private)]]
        yield from (complaint for complaint in complaints if complaint)

    def sources(self, *suffixes, under=''):
        for path in sorted((self.src / under).rglob('*')):
            if path.suffix in suffixes:
                yield path.relative_to(self.source), path.read_text(errors='replace')

    def includes(self):
        for path, text in self.sources('.c', '.h'):
            layer = path.parts[1] if len(path.parts) > 2 else ''
            for name in INCLUDE.findall(text):
                if '../' in name:
                    yield f'{path} includes {name}'
                if layer in LAYERS and layer != 'ui' and re.match(r'(gtk|gdk|gsk|adwaita)\b', name):
                    yield f'{path} is below ui/ and includes {name}'

    def private_headers(self):
        """A -private.h belongs to its layer; model/'s setters are lent to client/, which fills the model."""
        owner = {name: layer for layer in LAYERS for name in self.headers(layer) if name.endswith('-private.h')}
        for path, text in self.sources('.c', '.h'):
            layer = path.parts[1] if len(path.parts) > 2 else ''
            for name in INCLUDE.findall(text):
                if owner.get(name, layer) != layer and (owner[name], layer) != ('model', 'client'):
                    yield f'{path} includes {name} of {owner[name]}/'

    def libraries(self):
        server = self.build / 'src' / 'handshake-server'
        listed = subprocess.run(['ldd', server], text=True, capture_output=True)
        if listed.returncode != 0:
            yield listed.stderr.strip()
        for line in listed.stdout.splitlines():
            if re.search(r'lib(gtk|gdk|adwaita|pango|cairo|X11|wayland)', line):
                yield f'handshake-server links {line.split()[0]}'

    def file_names(self):
        for top in ('src', 'tests', 'data', 'build-aux'):
            for path in sorted((self.source / top).rglob('*')):
                if NO_PLACES.search(path.name):
                    yield str(path.relative_to(self.source))

    def markup(self):
        for path, text in self.sources('.c', '.ui', under='ui'):
            if path.name in MARKUP_OF_OUR_OWN:
                continue
            yield from (f'{path}: {match.group(0)}' for match in MARKUP.finditer(text))

    def run(self):
        for layer in LAYERS:
            if self.flags(layer) is None:
                self.check(f'/wall/{layer}', ['has no source file to take the flags from'])
                continue
            self.check(f'/wall/{layer}/upward', self.upward(layer))
            self.check(f'/wall/{layer}/downward', self.downward(layer))
        self.check('/wall/includes', self.includes())
        self.check('/wall/private-headers', self.private_headers())
        self.check('/wall/server-libraries', self.libraries())
        self.check('/wall/file-names', self.file_names())
        self.check('/wall/markup', self.markup())
        print(f'1..{self.number}')
        return 1 if self.failures else 0


sys.exit(Wall(sys.argv[1], sys.argv[2]).run())
