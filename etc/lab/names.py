"""The lab's name server: tells the phones of a site to try their home first and its backup second (RFC 3263)."""

import os

from .process import Process, wait_until

DOMAIN = 'innkeeper.test'


class NameServer:
    """dnsmasq on an address of its own; knows the sites and nothing else."""

    def __init__(self, folder, address, sites, port=5353):
        self.address = f'{address}:{port}'
        lines = ['no-resolv', 'no-hosts', 'bind-interfaces', f'listen-address={address}', f'port={port}',
                 f'pid-file={folder}/dnsmasq.pid', 'user=nobody', 'group=nogroup', 'local-ttl=1']
        for site in sites.values():
            lines.append(f'host-record={site.host},{site.address}')
            for number, name in enumerate([site.name, *site.backups]):
                for service, port_of in (('_sip._udp', 5060), ('_sip._tcp', 5060), ('_sips._tcp', 5061)):
                    lines.append(f'srv-host={service}.{site.name}.{DOMAIN},{sites[name].host},{port_of},'
                                 f'{10 * (number + 1)},1')
        path = os.path.join(folder, 'dnsmasq.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines) + '\n')
        self.process = Process(['dnsmasq', '--keep-in-foreground', f'--conf-file={path}'],
                               os.path.join(folder, 'dnsmasq.log'))
        wait_until(lambda: os.path.exists(f'{folder}/dnsmasq.pid'), 5, 'dnsmasq is up')
