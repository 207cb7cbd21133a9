#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""handshake-probe against small servers on loopback: what it prints, as text and as JSON, and its exit status. Usage: test_probe.py PROBE"""
import os
import pty
import socket
import struct
import subprocess
import tempfile
import threading
import unittest

from probing import ENVIRONMENT, PROBE, ProbeCase, greet, serve


def expect_reset(guest):
    try:
        guest.recv(4096)
    except ConnectionResetError:
        pass


def answer_late(guest):
    while guest.recv(4096):
        pass
    guest.sendall(b'still here\n')


def close_first(guest):
    guest.sendall(b'good day\n')
    guest.shutdown(socket.SHUT_WR)
    while guest.recv(4096):
        pass


def close_silently(guest):
    pass


def reset(guest):
    guest.sendall(b'x\n')
    guest.recv(1)
    guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def steer_terminal(guest):
    guest.sendall('\x1b[2J你好\n'.encode())
    while guest.recv(4096):
        pass


class Probe(ProbeCase):
    def test_states_and_numbers(self):
        status, lines = self.run_json('--send', 'hello', self.address, handle=greet)
        self.assertEqual(status, 0)
        self.assertEqual(self.states(lines)[:3], ['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1'])
        self.assertEqual(self.states(lines)[-1], 'TIME-WAIT')
        self.assertIn('welcome', [line['text'] for line in lines if line['kind'] == 'heard'])
        stages = {line['stage'] for line in lines if line['kind'] == 'data'}
        self.assertTrue({'written', 'acknowledged', 'received'} <= stages, stages)
        self.assertEqual([line['status'] for line in lines if line['kind'] == 'result'], [0])
        numbered = [line for line in lines if line['kind'] == 'first-number']
        wire = [line for line in lines if line['kind'] == 'data' and line['stage'] == 'on-wire']
        if wire:  # a sandbox may refuse timestamps
            self.assertTrue(numbered)
            self.assertEqual(wire[0]['seq'], (numbered[0]['seq'] + 1) % 2**32)
            self.assertEqual(wire[0]['bytes'], 7)

    def test_took(self):
        status, lines = self.run_json(self.address, handle=greet)
        took = [line for line in lines if line['kind'] == 'took']
        self.assertEqual((status, len(took)), (0, 1))
        self.assertGreater(took[0]['tcp-us'], 0)
        self.assertNotIn('tls-us', took[0])
        self.assertNotIn('name-us', took[0])  # it is a number
        done = self.run_probe('localhost:%s' % self.address.rpartition(':')[2], handle=greet)
        self.assertRegex(done.stdout, r'Took: name [0-9.]+ ms · TCP [0-9.]+ ms\n')

    def test_order(self):
        """What the kernel did stands before what GIO made of it."""
        done = self.run_probe(self.address, handle=greet)
        words = [done.stdout.index(word) for word in ('resolved', 'SYN sent', 'ESTABLISHED', 'connected')]
        self.assertEqual(words, sorted(words), done.stdout)

    def test_half(self):
        status, lines = self.run_json('--close', 'half', self.address, handle=answer_late)
        self.assertEqual(status, 0)
        self.assertIn('still here', [line['text'] for line in lines if line['kind'] == 'heard'])
        self.assertEqual(self.states(lines)[-1], 'TIME-WAIT')

    def test_wait(self):
        status, lines = self.run_json('--close', 'wait', self.address, handle=close_first)
        self.assertEqual(status, 0)
        self.assertEqual(self.states(lines)[:4], ['SYN-SENT', 'ESTABLISHED', 'CLOSE-WAIT', 'LAST-ACK'])
        self.assertEqual(self.states(lines)[-1], 'CLOSED')

    def test_reset_by_us(self):
        status, lines = self.run_json('--close', 'reset', self.address, handle=expect_reset)
        self.assertEqual(status, 0)
        self.assertEqual(self.states(lines), ['SYN-SENT', 'ESTABLISHED', 'CLOSED'])
        self.assertIn(['RST'], [line.get('flags') for line in lines])

    def test_follow_passive(self):
        status, lines = self.run_json('--follow', '--close', 'wait', self.address, handle=close_first)
        self.assertEqual((status, self.states(lines)[-1]), (0, 'CLOSED'))

    def test_reset_by_peer(self):
        status, lines = self.run_json('--send', 'hello', '--close', 'wait', self.address, handle=reset)
        self.assertEqual(status, 6)
        result = [line for line in lines if line['kind'] == 'result']
        self.assertEqual(result[0]['failure'], 'lost')
        done = self.run_probe('--send', 'hello', '--close', 'wait', self.address, handle=reset)
        self.assertIn('• Try again: If the network is back, the same command', done.stderr)

    def test_reset_early(self):
        def handle(guest):
            guest.recv(1)
            guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        status, lines = self.run_json('--send', 'hello', self.address, handle=handle)
        result = [line for line in lines if line['kind'] == 'result'][0]
        self.assertEqual((status, result['failure']), (6, 'closed-early'))
        self.assertIn('then the other side broke it off (Connection reset by peer)', result['sentence'])

    def test_unread(self):
        """What fills every buffer on the way was not delivered, and is no success."""
        leave = threading.Event()
        self.listener.close()
        self.listener = socket.socket()
        self.addCleanup(self.listener.close)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.listener.bind(('127.0.0.1', 0))
        self.listener.listen()
        self.addCleanup(leave.set)
        status, lines = self.run_json('--send', 'x' * 100000, '127.0.0.1:%d' % self.listener.getsockname()[1], handle=lambda guest: leave.wait(20))
        result = [line for line in lines if line['kind'] == 'result'][0]
        self.assertEqual((status, result['failure']), (6, 'lost'))
        self.assertIn('does not read what is sent to it', result['sentence'])

    def test_closed_early(self):
        done = self.run_probe(self.address, handle=close_silently)
        self.assertEqual(done.returncode, 6)
        self.assertIn('closed the connection before a word', done.stderr)
        self.assertIn('• Does it wait for something? Say it with --send. A server that encrypts', done.stderr)
        self.assertNotIn('dialog', done.stderr)  # nobody at a terminal has one before them

    def test_refused(self):
        self.listener.close()
        done = self.run_probe(self.address)
        self.assertEqual(done.returncode, 3)
        self.assertIn('nobody is listening there', done.stderr)
        self.assertIn('Is the server started?', done.stderr)
        self.assertIn('RST', done.stdout)

    def test_name(self):
        done = self.run_probe('no-such-host.invalid')
        self.assertEqual(done.returncode, 2)
        self.assertIn('leads nowhere', done.stderr)
        self.assertIn('• Is it spelled right? One wrong', done.stderr)
        self.assertIn('• Use the number the host shows: On a home', done.stderr)
        self.assertNotIn('SYN', done.stdout)

    def test_unreachable(self):
        done = self.run_probe('[2001:db8:ffff::1]:9')
        if done.returncode == 4:
            self.skipTest('there is a road to everywhere from here')
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn('There is no road to', done.stderr)

    def test_usage(self):
        for arguments in ([], ['--close', 'gently', self.address], ['a', 'b'], ['--wrong']):
            with self.subTest(arguments):
                self.assertEqual(self.run_probe(*arguments).returncode, 1)
        self.assertEqual(self.run_probe('--version').returncode, 0)

    def test_unix(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
            listener.bind(folder + '/s')
            listener.listen()
            serve(listener, greet)
            done = self.run_probe('unix:' + folder + '/s')
        self.assertEqual(done.returncode, 0)
        self.assertIn('There is no TCP beneath', done.stdout)

    def run_datagrams(self, *arguments, answer=None):
        """Against a UDP socket that answers each datagram with what answer () makes of it; returns what it heard, too."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(('127.0.0.1', 0))
            server.settimeout(20)
            heard = []

            def run():
                try:
                    while True:
                        data, guest = server.recvfrom(65535)
                        heard.append(data)
                        for text in answer(data) if answer else []:
                            server.sendto(text, guest)
                except OSError:
                    pass
            threading.Thread(target=run, daemon=True).start()
            status, lines = self.run_json(*arguments, 'udp://127.0.0.1:%d' % server.getsockname()[1])
        return status, lines, heard

    def test_udp(self):
        """One datagram each way, no state, no acknowledgement."""
        status, lines, heard = self.run_datagrams('--send', '你好', answer=lambda data: [b'Hello, ' + data + b'!', b'', b'two\nlines\n'])
        self.assertEqual(status, 0)
        self.assertEqual(heard, ['你好'.encode()])  # and no line end
        self.assertEqual([line['text'] for line in lines if line['kind'] == 'heard'], ['Hello, 你好!', '', 'two\\x0alines'])
        self.assertEqual(self.states(lines), [])
        self.assertFalse([line for line in lines if 'state' in line])
        self.assertEqual({line['stage'] for line in lines if line['kind'] == 'data'}, {'written', 'received'})
        last = [line for line in lines if line['kind'] == 'tally'][-1]
        self.assertEqual((last['transport'], last['sent'], last['bytes-sent'], last['received'], last['icmp']), ('udp', 1, 6, 3, 0))

    def test_udp_refused(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(('127.0.0.1', 0))
            port = server.getsockname()[1]
        done = self.run_probe('--send', 'x', f'udp://127.0.0.1:{port}')
        self.assertEqual(done.returncode, 3)
        self.assertIn('ICMP: port unreachable  3/3 · 127.0.0.1 · 1 B', done.stdout)
        self.assertIn(f'no program waits on port {port} of UDP', done.stderr)

    def test_udp_unanswered(self):
        """Silence is no success, and no failure that anybody saw."""
        status, lines, heard = self.run_datagrams('--send', 'anybody?')
        self.assertEqual((status, heard), (4, [b'anybody?']))
        self.assertEqual([line['failure'] for line in lines if line['kind'] == 'result'], ['no-answer'])

    def test_udp_says_nothing_by_itself(self):
        status, lines, heard = self.run_datagrams()
        self.assertEqual((status, heard), (0, []))
        self.assertIn('Nothing is sent by itself, so nobody is asked (--send)', [line.get('title') for line in lines])

    def test_udp_has_not(self):
        for arguments in (['--close', 'half'], ['--close', 'reset'], ['--send', 'x' * 65508]):
            with self.subTest(arguments[0]):
                done = self.run_probe(*arguments, 'udp://127.0.0.1:9')
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, 'UDP has no close|at most 65507 bytes, and this has 65508')

    def test_plain_when_piped(self):
        done = self.run_probe(self.address, handle=steer_terminal)
        self.assertEqual(done.returncode, 0)
        self.assertNotIn('\x1b', done.stdout)
        self.assertIn('\\x1b[2J你好', done.stdout)
        self.assertIn('ESTABLISHED', done.stdout)

    def test_colours_on_a_terminal(self):
        serve(self.listener, greet)
        leader, follower = pty.openpty()
        with subprocess.Popen([PROBE, self.address], stdout=follower, env=ENVIRONMENT) as program:
            os.close(follower)
            text = b''
            try:
                while data := os.read(leader, 4096):
                    text += data
            except OSError:
                pass
            self.assertEqual(program.wait(20), 0)
        os.close(leader)
        self.assertIn(b'\x1b[1;34mESTABLISHED', text)


if __name__ == '__main__':
    unittest.main(verbosity=2)  # case by case, for build-aux/report-tests
