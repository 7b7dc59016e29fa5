"""What cases of sipp's calls stand on: one site, callers that begin a call and phones that are registered to take it."""

from case import LabCase, desks
from lab.process import wait_until
from sipp import Caller, Phone, Player

TRANSPORTS = {'udp': 'u1', 'tcp': 't1'}


class SippCase(LabCase):
    numbers = (1001, 1002)  # of the site's users
    players = 0

    @classmethod
    def open(cls):
        cls.north = cls.lab.add_site('north', users=desks(*cls.numbers))
        cls.lab.start()
        wait_until(lambda: cls.north.ask('--status')['status']['users'] == len(cls.numbers), 20, 'users are known')

    def ringing(self, number=1001, callee=1002):
        """The beginning of a call, word for word."""
        return (Caller(number, callee, exact=True).proves('INVITE').expect(100).expect(180),
                Phone(exact=True).expect('INVITE', remembered=True).answer(180, tag=True))

    def hang_up(self, caller, phone):
        """The caller does, and all is played."""
        return self.play(caller.ask('BYE', inside=True).expect(200), phone.expect('BYE').answer(200))

    def play(self, caller, *phones, **words):
        """The caller against phones that are registered as whom he calls, all to their ends."""
        return self.finish(self.begin(caller, *phones, **words))

    def begin(self, caller, *phones, transport='udp', seconds=25):
        self.unregister(caller.callee)
        players = []
        for number, phone in enumerate(phones):
            desk = self.sip_phone(caller.callee, self.north)
            self.assertEqual(desk.register(expires=60 + seconds).status, 200)
            host, port = desk.socket.getsockname()[:2]
            desk.close()
            players.append(self.player(f'phone-{number}', phone, host, port, 'u1', seconds))
        return [self.player('caller', caller, self.lab.phone_address(), None, TRANSPORTS[transport], seconds), *players]

    def finish(self, players):
        for player in players:
            if player.process.wait(player.seconds + 5) != 0:
                self.fail('\n'.join(one.told() for one in players))
        return players

    def player(self, name, scenario, address, *words):
        SippCase.players += 1
        player = Player(self.lab.folder, f'{SippCase.players}-{name}', scenario, self.north, address, *words)
        self.addCleanup(player.process.stop, 5)
        return player

    def unregister(self, number):
        desk = self.sip_phone(number, self.north)
        desk.register(expires=0, contact='*')
        desk.close()
