"""A PBX behind Innkeeper: the distribution's Kamailio with the recipe of etc/pbx, real phones, calls with media."""

from case import LabCase, desks
from lab.calls import call, hang_up
from lab.pbx import Kamailio, Trunk
from lab.process import wait_until


class BehindInnkeeper(LabCase):
    upstream = 'no'

    @classmethod
    def open(cls):
        pbx, trunk = f'{cls.lab.network}.3.1', f'{cls.lab.network}.3.2'
        cls.site = cls.lab.add_site('north', users=desks(1001), pbx=f'kamailio=udp:{pbx}:5060', pbx_lost_after='3s',
                                    register_upstream=cls.upstream)
        cls.pbx = Kamailio(cls.lab.folder, pbx, cls.site.address, trunk)
        cls.pbx.start()
        cls.lab.start()
        cls.trunk = Trunk(cls.lab.folder, 9001, trunk, cls.lab.names.address, pbx)
        cls.trunk.plug_in()
        cls.addClassCleanup(cls.trunk.unplug)

    def status(self):
        return self.site.ask('--status')['status']

    def pbx_state(self):
        return self.status()['pbxs'][0]['state']

    def registered(self):
        phone = self.baresip(1001, self.site, 'tcp')
        wait_until(lambda: '1001' in self.site.own_phones(), 20, '1001 is registered')
        return phone

    def test_a_phone_calls_a_number_of_the_pbx_and_is_called_by_it_and_the_site_follows_the_pbx(self):
        wait_until(lambda: self.pbx_state() == 'there', 10, 'the PBX is seen')
        phone = self.registered()
        self.upstream_is_right()
        call(phone, self.trunk)
        hang_up(phone, self.trunk)
        call(self.trunk, phone)
        hang_up(phone, self.trunk)

        self.pbx.kill()
        wait_until(lambda: not self.status()['serving'], 15, 'the site says that it does not serve')
        self.assertIn('kamailio', self.status()['why_not_serving'])
        wait_until(lambda: self.site.get('/readyz')[0] == 503, 5, 'load balancers are told')  # once a second
        wait_until(lambda: 'innkeeper_pbx_up{pbx="kamailio"} 0' in self.site.get('/metrics')[1], 5, 'and Prometheus')
        self.pbx.start()
        wait_until(lambda: self.status()['serving'], 10, 'the site serves again')

    def upstream_is_right(self):
        self.assertIsNone(self.status()['upstream'])


class RegisteredUpstream(BehindInnkeeper):
    upstream = 'yes'

    def upstream_is_right(self):
        wait_until(lambda: self.status()['upstream']['registered'] == 1, 5,
                   lambda: f'1001 is registered with the PBX; {self.status()["upstream"]}')
