"""What phones and operators meet at one healthy site."""

import json
import os
import re
import socket
import subprocess

from case import SIPP_GRANTED, LabCase, desks, wait_until
from lab.phones import Linphone


class Phones(LabCase):
    """Every kind of phone over every transport; what a stranger is told (R16)."""

    @classmethod
    def open(cls):
        cls.three_sites(north=desks(*(str(number) for number in range(1001, 1011))))

    def test_real_phones_register_over_every_transport(self):
        north = self.north
        for number, transport in (('1001', 'tcp'), ('1002', 'tls')):
            self.baresip(number, north, transport)
        self.baresip('1003', north, 'udp', registrars=[north.address])
        for number, transport in (('1004', 'udp'), ('1005', 'tcp'), ('1006', 'tls')):
            phone = Linphone(self.lab.folder, number, north.address, transport, self.lab.phone_address(),
                             ca=self.lab.certificate('north')[2])
            phone.plug_in()
            self.addCleanup(phone.unplug)
        wanted = {f'100{number}' for number in range(1, 7)}
        wait_until(lambda: wanted <= north.own_phones(), 15,
                   lambda: f'all are registered; missing: {wanted - north.own_phones()}', pause=0.1)

    def test_sipp_registers_over_udp_and_tcp(self):
        for number, transport in (('1007', 'u1'), ('1008', 't1')):
            self.assertIn(self.sipp('knock.xml', number, self.north, '-m', '1', transport=transport).wait(10),
                          SIPP_GRANTED)
            self.assertIn(number, self.north.own_phones())

    def test_both_digest_algorithms_over_every_transport(self):
        for transport in ('udp', 'tcp', 'tls'):
            for algorithm in ('MD5', 'SHA-256'):
                with self.subTest(transport=transport, algorithm=algorithm):
                    phone = self.sip_phone('1009', self.north, transport=transport)
                    self.assertEqual(phone.register(algorithm=algorithm).status, 200)
                    self.assertEqual(phone.register(expires=0, algorithm=algorithm).status, 200)

    def test_an_unknown_user_cannot_be_told_from_a_wrong_password(self):
        def shape(answer):
            return answer.status, sorted(name for name, _ in answer.headers)

        known = self.sip_phone('1010', self.north).register(password='wrong')
        unknown = self.sip_phone('4711', self.north).register(password='wrong')
        self.assertEqual(known.status, 401)
        self.assertEqual(shape(known), shape(unknown))
        self.assertNotIn('1010', self.north.own_phones())

    def test_a_brief_expiry_is_refused_with_the_least_that_is_granted(self):
        answer = self.sip_phone('1010', self.north).register(expires=1)
        self.assertEqual(answer.status, 423)
        self.assertEqual(answer.header('Min-Expires'), '60')

    def test_fetch_and_removal_of_all_bindings(self):
        phone = self.sip_phone('1010', self.north)
        self.assertEqual(phone.register(contact='<sip:1010@192.0.2.1>').status, 200)
        self.assertEqual(phone.register(contact='<sip:1010@192.0.2.2>').status, 200)
        fetched = phone.register(contact='', expires=None)
        self.assertEqual(fetched.status, 200)
        self.assertEqual(len(re.findall('192.0.2.[12]', ','.join(fetched.all('Contact')))), 2)
        self.assertTrue(fetched.header('Date'))
        removed = phone.register(contact='*', expires=0)
        self.assertEqual((removed.status, removed.all('Contact')), (200, []))

    def test_an_unknown_extension_is_named(self):
        answer = self.sip_phone('1010', self.north).register(extra=['Require: teleport'])
        self.assertEqual((answer.status, answer.header('Unsupported')), (420, 'teleport'))

    def test_every_peer_knows_where_a_phone_is(self):
        self.assertEqual(self.sip_phone('1010', self.north).register().status, 200)

        def known_in_the_west():
            rows = self.west.ask('--registrations')['registrations']
            return any(row['aor'] == '1010@innkeeper.test' and row['site'] == 'north' for row in rows)
        wait_until(known_in_the_west, 5, 'west knows of 1010', pause=0.05)

    def test_no_secret_is_told_and_nobody_is_root(self):
        self.sip_phone('1010', self.north).register()
        told = self.north.process.output()
        self.assertNotIn('secret-', told)
        self.assertNotIn('response=', told)
        with open(f'/proc/{self.north.process.pid}/cmdline', encoding='utf-8') as file:
            self.assertNotIn('secret-', file.read())
        with open(f'/proc/{self.north.process.pid}/status', encoding='utf-8') as file:
            self.assertNotIn('\nUid:\t0', file.read())


class Operator(LabCase):
    """Flags that act on a running daemon and its database."""

    @classmethod
    def open(cls):
        cls.three_sites(north=desks('1001', '1002', '1003'))

    def test_control_flags_answer_people_and_programs(self):
        self.assertEqual(self.sip_phone('1001', self.north).register().status, 200)
        for flags in (['--status'], ['--peers'], ['--registrations'], ['--guests'], ['--licences'],
                      ['--explain', 'sip:1001@innkeeper.test']):
            with self.subTest(flags=flags):
                table, program = self.north.run(*flags), self.north.run(*flags, '--json')
                self.assertEqual((table.returncode, program.returncode), (0, 0), table.stderr + program.stderr)
                json.loads(program.stdout)
                with self.assertRaises(ValueError):
                    json.loads(table.stdout)
        self.assertIn('1001', self.north.run('--registrations').stdout)
        self.assertTrue(self.north.ask('--explain', 'sip:1001@innkeeper.test')['explain']['admitted'])
        peers = {row['site']: row for row in self.north.ask('--peers')['peers']}
        self.assertEqual(set(peers), {'south', 'west'})

    def test_no_daemon_answers(self):
        silent = self.north.run('--status', '--control-socket', f'{self.lab.folder}/nobody')
        self.assertEqual(silent.returncode, 3)
        self.assertEqual(len(silent.stderr.strip().splitlines()), 1)

    def test_an_import_reaches_the_running_daemon(self):
        phone = self.sip_phone('1050', self.north)
        self.assertEqual(phone.register().status, 401)
        self.north.import_users(desks('1050'))
        phone.register_until(200, 5, pause=0.1)
        exported = self.north.run('--export-users')
        self.assertEqual(exported.returncode, 0, exported.stderr)
        self.assertIn('1050@innkeeper.test,', exported.stdout)
        self.assertNotIn('secret', exported.stdout)
        self.assertIsNone(re.search(r'\b[0-9a-f]{32,64}\b', exported.stdout), 'a hash was exported')

    def test_a_bad_row_is_named_and_nothing_is_imported(self):
        path = self.north.users_file(desks('1060', '1061'))
        with open(path, 'a', encoding='utf-8') as file:
            file.write('not an aor,secret,Nobody,1,desk\n')
        refused = self.north.run('--import-users', path)
        self.assertNotEqual(refused.returncode, 0)
        self.assertRegex(refused.stderr, r'\b4\b')
        self.assertNotIn('1060', self.north.run('--export-users').stdout)

    def test_licences_run_out_and_come_back(self):
        self.assertEqual(self.west.run('--set-licence', 'dect=1').returncode, 0)
        self.west.import_users([('3001', 'dect'), ('3002', 'dect')])
        wait_until(lambda: any(row['pool'] == 'dect' for row in self.west.ask('--licences')['licences']), 5,
                   'the pool is known', pause=0.1)
        first, second = self.sip_phone('3001', self.west), self.sip_phone('3002', self.west)
        first.register_until(200, 5, pause=0.2)
        refused, _ = second.register_until(503, 5, pause=0.2)
        self.assertTrue(refused.header('Retry-After'))
        self.assertEqual(self.west.ask('--explain', 'sip:3002@innkeeper.test')['explain']['rule'], 'no_licence')
        pool = next(row for row in self.west.ask('--licences')['licences'] if row['pool'] == 'dect')
        self.assertEqual((pool['capacity'], pool['used']), (1, 1))
        self.assertEqual(first.register(expires=0).status, 200)
        self.assertEqual(second.register().status, 200)

    def test_health_and_metrics(self):
        self.assertEqual(self.north.get('/healthz')[0], 200)
        self.assertEqual(self.north.get('/readyz')[0], 200)
        self.sip_phone('1002', self.north).register()
        status, text = self.north.get('/metrics')
        self.assertEqual(status, 200)
        lint = subprocess.run(['promtool', 'check', 'metrics'], input=text, capture_output=True, text=True, check=False)
        self.assertEqual((lint.returncode, lint.stdout + lint.stderr), (0, ''))
        self.assertRegex(text, r'(?m)^innkeeper_')
        for word in ('1002', 'innkeeper.test', self.lab.network):
            self.assertNotIn(word, text, 'a label or help text grows with users or tells who they are')


class Misfits(LabCase):
    """IP12: what would make a failover fail is visible before it is needed."""

    @classmethod
    def open(cls):
        lab = cls.lab
        cls.north = lab.add_site('north', backups=['south'], users=desks('1001'))
        lab.add_site('south', domain='elsewhere.test')
        west = lab.add_site('west')
        strange = os.path.join(lab.folder, 'strangers')
        lab.make_certificates(strange)
        west.settings = {f'tls_{key}': os.path.join(strange, name)
                         for key, name in (('certificate', 'west.pem'), ('key', 'west.key'), ('ca', 'ca.pem'))}
        lab.start()

    def peer(self, name):
        return next(row for row in self.north.ask('--peers')['peers'] if row['site'] == name)

    def test_another_domain_is_named(self):
        wait_until(lambda: self.peer('south')['mismatches'], 10, 'the mismatch is found', pause=0.1)
        self.assertRegex(' '.join(self.peer('south')['mismatches']), 'domain')

    def test_another_root_is_not_trusted(self):
        wait_until(lambda: self.peer('west')['link_detail'], 10, 'the reason is told', pause=0.1)
        self.assertFalse(self.peer('west')['link_up'])
        self.assertRegex(self.peer('west')['link_detail'], 'certificate|trust|CA')


class CheckConfig(LabCase):
    """What keeps a start from working is found without one: file, line and key, all of it at once."""

    @classmethod
    def open(cls):
        cls.site = cls.lab.add_site('north')
        cls.site.prepare()

    def changed(self, changes):
        """A copy of the good configuration with keys replaced (None: removed)."""
        path = os.path.join(self.site.folder, 'changed.conf')
        with open(self.site.config, encoding='utf-8') as file:
            lines = [line for line in file if line.partition(' =')[0] not in changes]
        lines += [f'{key} = {value}\n' for key, value in changes.items() if value is not None]
        with open(path, 'w', encoding='utf-8') as file:
            file.writelines(lines)
        return path, len(lines)

    def check(self, path):
        return subprocess.run([self.lab.daemon, '--config', path, '--check-config'], capture_output=True, text=True,
                              timeout=20, check=False)

    def test_a_good_configuration_passes(self):
        done = self.check(self.site.config)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_several_faults_are_found_at_once(self):
        path, last = self.changed({'guest-lease': '10 parsecs', 'sight': 'north', 'failback-mode': 'sometimes'})
        done = self.check(path)
        self.assertEqual(done.returncode, 2)
        for line, key in ((last - 2, 'guest-lease'), (last - 1, 'sight'), (last, 'failback-mode')):
            self.assertRegex(done.stderr, rf'changed\.conf:{line}: .*{key}')

    def test_a_certificate_of_another_site_is_refused(self):
        path, _ = self.changed({'site': 'elsewhere'})
        done = self.check(path)
        self.assertEqual(done.returncode, 2)
        self.assertIn('elsewhere', done.stderr)

    def test_a_key_that_does_not_match_its_certificate_is_refused(self):
        root_key = os.path.join(os.path.dirname(self.lab.certificate('north')[2]), 'ca.key')
        done = self.check(self.changed({'tls-key': root_key})[0])
        self.assertEqual(done.returncode, 2)
        self.assertIn('tls-key', done.stderr)

    def test_a_taken_port_is_found(self):
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind((self.site.address, 5060))
            taken.listen()
            done = self.check(self.site.config)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn('5060', done.stderr)

    def test_a_start_is_refused_with_the_same_words(self):
        path, _ = self.changed({'failback-mode': 'sometimes'})
        started = subprocess.run([self.lab.daemon, '--config', path], capture_output=True, text=True, timeout=20,
                                 check=False)
        self.assertEqual(started.returncode, 2)
        self.assertIn(started.stderr.strip(), self.check(path).stderr)
