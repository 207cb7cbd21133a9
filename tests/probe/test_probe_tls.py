#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""handshake-probe and TLS, against OpenSSL's servers, servers that are none, and our own. Usage: test_probe_tls.py PROBE SERVER"""
import base64
import hashlib
import json
import os
import re
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import unittest

from probing import ENVIRONMENT, PROBE, ProbeCase, serve

SERVER = sys.argv.pop(1)
HOME = tempfile.TemporaryDirectory(prefix='handshake-')
LOCAL = 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'


def file(name):
    return os.path.join(HOME.name, name)


def openssl(*arguments):
    return subprocess.run(['openssl', *arguments], capture_output=True, check=True, timeout=20).stdout


def make_authority(name):
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '10', '-subj', '/CN=' + name,
            '-keyout', file(name + '.key'), '-out', file(name + '.pem'))


def make_certificate(name, extensions=LOCAL, days=10, digest='-sha256'):
    """By the authority."""
    openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=' + name,
            '-keyout', file(name + '.key'), '-out', file(name + '.csr'))
    with open(file(name + '.ext'), 'w', encoding='utf-8') as out:
        out.write(extensions + '\n')
    openssl('x509', '-req', '-in', file(name + '.csr'), '-CA', file('authority.pem'), '-CAkey', file('authority.key'), '-days', str(days),
            digest, '-extfile', file(name + '.ext'), '-out', file(name + '.pem'))


def fingerprint_of(name):
    """"sha256:…" of the key, and the number that people compare."""
    openssl('x509', '-in', file(name + '.pem'), '-pubkey', '-noout', '-out', file(name + '.pub'))
    digest = hashlib.sha256(openssl('pkey', '-pubin', '-in', file(name + '.pub'), '-outform', 'DER')).digest()
    number = '%020d' % (int.from_bytes(digest[:9], 'big') >> 6)
    return ('sha256:' + base64.urlsafe_b64encode(digest).decode().rstrip('='), ' '.join(number[i:i + 5] for i in range(0, 20, 5)))


def make_context(name, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers('DEFAULT@SECLEVEL=0')  # weak certificates are shown on purpose
    context.load_cert_chain(file(name + '.pem'), file(name + '.key'))
    if version:
        context.minimum_version = context.maximum_version = version
    return context


class Encrypted:
    """Speaks TLS, keeps what it is told, and says goodbye."""

    def __init__(self, name, greeting=b'welcome\r\n', version=None):
        self.context, self.greeting = make_context(name, version), greeting
        self.heard, self.error, self.name = b'', None, None

        def note_name(_tls, name, _context):
            self.name = name
        self.context.sni_callback = note_name

    def __call__(self, guest):
        try:
            tls = self.context.wrap_socket(guest, server_side=True)
            tls.sendall(self.greeting)
            while data := tls.recv(4096):
                self.heard += data
            tls.unwrap().close()
        except (OSError, ValueError) as error:
            self.error = error


def cut(name):
    """TLS, one line, and then only FIN."""
    def handle(guest):
        tls = make_context(name).wrap_socket(guest.dup(), server_side=True)
        tls.sendall(b'to be contin')
        guest.shutdown(socket.SHUT_WR)
        try:
            while tls.recv(4096):
                pass
        except OSError:
            pass
        os.close(tls.detach())
    return handle


def answer(data):
    """To a ClientHello."""
    def handle(guest):
        guest.recv(4096)
        if data:
            guest.sendall(data)
        guest.shutdown(socket.SHUT_WR)
        while guest.recv(4096):
            pass
    return handle


def say_nothing(guest):
    while guest.recv(4096):
        pass


def answer_alert_to_plain(guest):
    if guest.recv(4096)[:1] != b'\x16':
        guest.sendall(b'\x15\x03\x01\x00\x02\x02\x46')
    guest.shutdown(socket.SHUT_WR)
    guest.recv(4096)


ALERT = b'\x15\x03\x03\x00\x02\x02\x28'  # handshake_failure


class ProbeTls(ProbeCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which('openssl'):
            raise unittest.SkipTest('there is no openssl')
        make_authority('authority')
        make_authority('alone')
        make_certificate('good')
        make_certificate('elsewhere', 'subjectAltName=DNS:elsewhere.example')
        make_certificate('expired', days=-1)
        make_certificate('weak', digest='-sha1')
        cls.trust = ('--ca-file', file('authority.pem'))

    def one(self, lines, kind):
        found = [line for line in lines if line['kind'] == kind]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def result(self, lines, status, failure=None):
        result = self.one(lines, 'result')
        self.assertEqual((result['status'], result.get('failure')), (status, failure), result)
        return result

    @staticmethod
    def titles(lines):
        return [line['title'] for line in lines if 'title' in line]

    # ---- It comes about ----

    def test_self_signed(self):
        server = Encrypted('alone')
        status, lines = self.run_json('--tls', '--send', 'hello', self.address, handle=server)
        self.assertEqual(status, 0)
        self.result(lines, 0)
        tls = self.one(lines, 'tls')
        key, number = fingerprint_of('alone')
        self.assertEqual((tls['version'], tls['key'], tls['number']), ('TLS 1.3', key, number))
        self.assertEqual((tls['verified'], tls['problems'], tls['trust']), (False, ['wrong-host', 'unknown-authority'], 'first-seen'))
        self.assertIn('AES-', tls['cipher'])
        took = self.one(lines, 'took')
        self.assertGreater(min(took['tcp-us'], took['tls-us']), 0)
        self.assertEqual(server.heard, b'hello\r\n')
        self.assertIsNone(server.error)
        self.assertIn('welcome', [line['text'] for line in lines if line['kind'] == 'heard'])
        story = self.titles(lines)
        order = [story.index(title) for title in ('ESTABLISHED', 'tls-handshaking', 'tls-handshaked', 'close_notify sent', 'FIN sent')]
        self.assertEqual(order, sorted(order), story)
        self.assertIn('close_notify arrived', story)
        # What the kernel carries is longer than what was said.
        written = [line['bytes'] for line in lines if line['kind'] == 'data' and line['stage'] == 'written']
        self.assertNotIn(len(b'hello\r\n'), written)
        self.assertIn(len(b'hello\r\n') + 22, written)

    def test_words(self):
        done = self.run_probe('--tls', self.address, handle=Encrypted('alone'))
        key, number = fingerprint_of('alone')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        for words in ('Encrypted from here on: TLS 1.3, ', f'Number of its key: {number} ({key})', 'Certificate: not CA-verified',
                      'No authority that this computer trusts vouches for it.', 'compare its number', 'close_notify sent', 'close_notify arrived'):
            self.assertIn(words, done.stdout)
        self.assertRegex(done.stdout, r'Took: TCP [0-9.]+ ms · TLS [0-9.]+ ms\n')

    def test_verified(self):
        """By an authority, for the name and for the number; the name is told to the server, the number is not."""
        port = self.address.rpartition(':')[2]
        for address, name in ((f'ircs://localhost:{port}', 'localhost'), (f'ircs://127.0.0.1:{port}', None)):
            with self.subTest(address):
                server = Encrypted('good')
                status, lines = self.run_json(*self.trust, address, handle=server)
                self.assertEqual(status, 0)
                tls = self.one(lines, 'tls')
                self.assertEqual((tls['verified'], tls['problems'], tls['trust']), (True, [], 'verified'))
                self.assertEqual(server.name, name)
        done = self.run_probe(*self.trust, f'ircs://localhost:{port}', handle=Encrypted('good'))
        self.assertIn('Certificate: CA-verified for “localhost”', done.stdout)
        self.assertNotIn('compare its number', done.stdout)

    def test_certificate_problems(self):
        for name, problem, words in (('elsewhere', 'wrong-host', 'was made for another name'), ('expired', 'expired', 'has expired')):
            with self.subTest(name):
                status, lines = self.run_json(*self.trust, '--tls', self.address, handle=Encrypted(name))
                self.assertEqual((status, self.one(lines, 'tls')['problems']), (0, [problem]))
                done = self.run_probe(*self.trust, '--tls', self.address, handle=Encrypted(name))
                self.assertIn(words, done.stdout)

    def test_not_taken_up(self):
        """A certificate too weak to begin with: the window would stop there, and so does the probe, before a word."""
        server = Encrypted('weak', greeting=b'')
        status, lines = self.run_json(*self.trust, '--send', 'secret', '--tls', self.address, handle=server)
        self.assertEqual(status, 9)
        self.assertIn('Its certificate or its key is too weak.', self.result(lines, 9, 'not-verified')['sentence'])
        self.assertEqual(self.one(lines, 'tls')['trust'], 'not-verified')
        self.assertEqual(server.heard, b'')

    def test_older_version(self):
        status, lines = self.run_json('--tls', self.address, handle=Encrypted('alone', version=ssl.TLSVersion.TLSv1_2))
        self.assertEqual((status, self.one(lines, 'tls')['version']), (0, 'TLS 1.2'))

    def test_ipv6(self):
        with socket.create_server(('::1', 0), family=socket.AF_INET6) as listener:
            serve(listener, Encrypted('good'))
            status, lines = self.run_json(*self.trust, 'ircs://[::1]:%d' % listener.getsockname()[1])
        self.assertEqual((status, self.one(lines, 'tls')['trust']), (0, 'verified'))

    def test_unix(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(file('socket'))
            listener.listen()
            server = Encrypted('alone')
            serve(listener, server)
            status, lines = self.run_json('--tls', '--send', 'hello', 'unix:' + file('socket'))
        self.assertEqual((status, server.heard, self.one(lines, 'tls')['trust']), (0, b'hello\r\n', 'first-seen'))

    # ---- The end ----

    def test_half_close(self):
        """close_notify of ours ends our direction only."""
        def late(guest):
            tls = make_context('alone').wrap_socket(guest, server_side=True)
            while tls.recv(4096):
                pass
            tls.sendall(b'still here\r\n')
            tls.unwrap().close()
        status, lines = self.run_json('--tls', '--close', 'half', self.address, handle=late)
        self.assertEqual(status, 0)
        self.assertIn('still here', [line['text'] for line in lines if line['kind'] == 'heard'])
        story = self.titles(lines)
        self.assertLess(story.index('close_notify sent'), story.index('close_notify arrived'))

    def test_wait_and_reset(self):
        def goodbye(guest):
            tls = make_context('alone').wrap_socket(guest, server_side=True)
            tls.sendall(b'bye\r\n')
            tls.unwrap().close()
        status, lines = self.run_json('--tls', '--close', 'wait', self.address, handle=goodbye)
        story = self.titles(lines)
        self.assertEqual(status, 0)
        self.assertLess(story.index('close_notify arrived'), story.index('close_notify sent'))
        status, lines = self.run_json('--tls', '--close', 'reset', self.address, handle=Encrypted('alone'))
        self.assertEqual((status, self.states(lines)), (0, ['SYN-SENT', 'ESTABLISHED', 'CLOSED']))
        self.assertNotIn('close_notify sent', self.titles(lines))

    def test_cut(self):
        """FIN without close_notify: what was said last may be cut off, which is told."""
        status, lines = self.run_json('--tls', '--close', 'wait', self.address, handle=cut('alone'))
        self.assertEqual(status, 0)
        self.assertIn('The stream ended without close_notify', self.titles(lines))
        self.assertNotIn('close_notify arrived', self.titles(lines))

    # ---- It does not come about ----

    def test_failures(self):
        rows = (
            ('plain text instead', answer(b'HTTP/1.1 400 Bad Request\r\n\r\n'), 'not-tls', 'does not speak TLS'),
            ('an alert', answer(ALERT), 'tls-refused', r'Handshake failed.*It understands TLS'),
            ('FIN', answer(b''), 'tls-cut', 'in the middle of agreeing on keys'),
            ('nonsense', answer(b'\x16\x03\x03\x00\x04\x02\x00\x00\x00'), 'tls-broken', 'could not be encrypted .*Nothing was said'),
        )
        for what, handle, failure, words in rows:
            with self.subTest(what):
                status, lines = self.run_json('--tls', '--send', 'secret', self.address, handle=handle)
                self.assertEqual(status, 8)
                self.assertRegex(self.result(lines, 8, failure)['sentence'], words)
                self.assertEqual([line for line in lines if line['kind'] in ('tls', 'took')], [])
                stages = [line['stage'] for line in lines if line['kind'] == 'data' and line['stage'] in ('written', 'received')]
                self.assertEqual(stages[0], 'written')  # however quickly it was answered

    def test_reset_in_the_handshake(self):
        def reset(guest):
            guest.recv(1)
            guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        status, lines = self.run_json('--tls', self.address, handle=reset)
        self.assertEqual(status, 8)
        self.result(lines, 8, 'tls-cut')

    def test_silent(self):
        """It takes the ten seconds that a handshake may take."""
        done = self.run_probe('--tls', self.address, handle=say_nothing)
        self.assertEqual(done.returncode, 8)
        self.assertIn('127.0.0.1 does not answer to TLS', done.stderr)
        self.assertIn('The connection stands, but what it should encrypt with never came', done.stderr)
        self.assertIn('• If it need not be encrypted: Leave --tls away.', done.stderr)
        self.assertIn('ESTABLISHED', done.stdout)

    def test_ways_out(self):
        """The words are a terminal's, and to do without encryption is no way where the address asks for it."""
        done = self.run_probe('--tls', self.address, handle=answer(b'hello\n'))
        self.assertIn('• If it need not be encrypted: Leave --tls away.', done.stderr)
        done = self.run_probe('ircs://' + self.address, handle=answer(b'hello\n'))
        self.assertEqual(done.returncode, 8)
        self.assertIn('127.0.0.1 does not speak TLS', done.stderr)
        self.assertNotIn('--tls', done.stderr)
        self.assertNotIn('Under More', done.stderr)

    def test_closed_early(self):
        def leave(guest):
            tls = make_context('alone').wrap_socket(guest, server_side=True)
            tls.unwrap().close()
        done = self.run_probe('--tls', self.address, handle=leave)
        self.assertEqual(done.returncode, 6)
        self.assertIn('• Does it wait for something? Say it with --send.\n', done.stderr)

    def test_speaks_only_tls(self):
        """Plain text to a server that understands TLS alone."""
        done = self.run_probe('--send', 'hello', self.address, handle=answer_alert_to_plain)
        self.assertEqual(done.returncode, 8)
        self.assertIn('127.0.0.1 speaks only TLS', done.stderr)
        self.assertIn('• Begin encrypted: Give the same command with --tls.', done.stderr)
        status, lines = self.run_json('--send', 'hello', self.address, handle=answer_alert_to_plain)
        self.result(lines, 8, 'tls-only')

    def test_interrupted(self):
        with subprocess.Popen([PROBE, '--tls', self.address], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as program:
            serve(self.listener, say_nothing)
            text = ''
            while 'Written' not in text and select.select([program.stdout], [], [], 20)[0]:
                text += os.read(program.stdout.fileno(), 4096).decode()
            program.send_signal(signal.SIGINT)
            _, errors = program.communicate(timeout=20)
        self.assertEqual(program.returncode, 7)
        self.assertIn('It was interrupted before it was encrypted.', errors)

    def test_interrupted_between_addresses(self):
        """What was found out of the first one is the result; the others are left alone."""
        invite = self.invite('alone', '127.0.0.1:9')
        with subprocess.Popen([PROBE, '--json', '--follow', invite], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=ENVIRONMENT) as program:
            serve(self.listener, Encrypted('good'))
            text = ''
            while '"TIME-WAIT"' not in text and select.select([program.stdout], [], [], 20)[0]:
                text += os.read(program.stdout.fileno(), 4096).decode()
            program.send_signal(signal.SIGINT)
            text += program.communicate(timeout=20)[0]
        lines = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(program.returncode, 9)
        self.result(lines, 9, 'not-invited')
        self.assertEqual(len([line for line in lines if line['kind'] == 'route']), 1)

    def test_usage(self):
        rows = (
            (('--tls', 'udp://127.0.0.1:9'), 'Datagrams cannot be encrypted'),
            (('--ca-file', file('authority.pem'), self.address), '--ca-file is about encrypted connections'),
            (('--tls', '--ca-file', file('no such file'), self.address), 'No certificate authority can be read from'),
        )
        for arguments, words in rows:
            with self.subTest(words):
                done = self.run_probe(*arguments)
                self.assertEqual(done.returncode, 1)
                self.assertIn(words, done.stderr)

    # ---- Invites ----

    def invite(self, name, *also, host=None, room='lobby'):
        token = base64.urlsafe_b64encode(b'0123456789abcdef').decode().rstrip('=')
        return f'ircs://{host or self.address}/{room}?key={fingerprint_of(name)[0]}' + ''.join('&also=' + place for place in also) + '&token=' + token

    def test_invite(self):
        server = Encrypted('alone')
        invite = self.invite('alone')
        status, lines = self.run_json(invite, handle=server)
        self.assertEqual(status, 0)
        tls = self.one(lines, 'tls')
        self.assertEqual((tls['trust'], tls['invited-key']), ('invited', tls['key']))
        self.assertEqual(server.heard, b'')  # the token least of all
        done = self.run_probe(invite, handle=Encrypted('alone'))
        self.assertIn('The key is the one in the invite: this is the server that you are invited to.', done.stdout)
        self.assertIn('Its one-time token is not sent, and so not used up.', done.stdout)
        self.assertNotIn(invite.rpartition('=')[2], done.stdout + done.stderr)

    def test_invite_to_another(self):
        """A good certificate does not help: the invite says which key it is."""
        server = Encrypted('good', greeting=b'')
        status, lines = self.run_json(*self.trust, '--send', 'secret', self.invite('alone'), handle=server)
        self.assertEqual((status, server.heard), (9, b''))
        result = self.result(lines, 9, 'not-invited')
        self.assertIn(f'Expected was {fingerprint_of("alone")[1]}, it shows {fingerprint_of("good")[1]}.', result['sentence'])
        tls = self.one(lines, 'tls')
        self.assertEqual((tls['trust'], tls['verified'], tls['key']), ('not-invited', True, fingerprint_of('good')[0]))
        done = self.run_probe(self.invite('alone'), handle=Encrypted('good'))
        self.assertEqual(done.returncode, 9)
        self.assertIn('The key is not the one in the invite.', done.stdout)
        self.assertIn('127.0.0.1 is not the server that you are invited to: stopped', done.stderr)
        self.assertIn('• Ask for a new invite', done.stderr)

    def test_invite_by_another_address(self):
        """They are tried in their order until one leads to the server."""
        with socket.create_server(('127.0.0.1', 0)) as stranger, socket.create_server(('127.0.0.1', 0)) as nobody:
            dead = '127.0.0.1:%d' % nobody.getsockname()[1]
            other = '127.0.0.1:%d' % stranger.getsockname()[1]
            nobody.close()
            serve(stranger, Encrypted('good', greeting=b''))
            invite = self.invite('alone', other, self.address, dead, host=dead)
            status, lines = self.run_json(invite, handle=Encrypted('alone'))
            self.assertEqual(status, 0)
            self.result(lines, 0)
            self.assertEqual([(line['address'], line['number'], line['of']) for line in lines if line['kind'] == 'route'],
                             [(dead, 1, 4), (other, 2, 4), (self.address, 3, 4)])
            self.assertEqual([line['failure'] for line in lines if line['kind'] == 'route-failed'], ['refused', 'not-invited'])
            self.assertEqual([line['trust'] for line in lines if line['kind'] == 'tls'], ['not-invited', 'invited'])
            serve(stranger, Encrypted('good', greeting=b''))
            done = self.run_probe(invite, handle=Encrypted('alone'))
            self.assertEqual((done.returncode, done.stderr), (0, ''))
            self.assertIn(f'Address 2 of 4 of the invite: {other}', done.stdout)
            self.assertIn('127.0.0.1 answers, but nobody is listening there', done.stdout)

    def test_invite_that_leads_nowhere(self):
        """Somebody with another key is worth more words than nobody at all."""
        with socket.create_server(('127.0.0.1', 0)) as nobody:
            dead = '127.0.0.1:%d' % nobody.getsockname()[1]
        status, lines = self.run_json(self.invite('alone', dead), handle=Encrypted('good'))
        self.assertEqual(status, 9)
        self.result(lines, 9, 'not-invited')
        self.assertEqual([line['failure'] for line in lines if line['kind'] == 'route-failed'], ['not-invited', 'refused'])

    # ---- Our own server ----

    def test_handshake_server(self):
        with subprocess.Popen([SERVER, '--port', '0', '--address', '127.0.0.1', '--data-dir', file('data')], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as server:
            try:
                port = server.stdout.readline().rpartition(':')[2].strip()
                said = re.search(r'number ([0-9 ]+) \((sha256:[\w-]+)\)', server.stderr.readline())
                status, lines = self.run_json('--send', 'CAP LS 302', f'ircs://127.0.0.1:{port}/lobby?key={said[2]}')
                self.assertEqual(status, 0)
                tls = self.one(lines, 'tls')
                self.assertEqual((tls['number'], tls['trust'], tls['alpn']), (said[1], 'invited', 'irc'))
                self.assertTrue([line for line in lines if line['kind'] == 'heard' and ' CAP * LS ' in line['text']])
            finally:
                server.terminate()
                server.communicate(timeout=20)


if __name__ == '__main__':
    unittest.main(verbosity=2)  # case by case, for build-aux/report-tests
