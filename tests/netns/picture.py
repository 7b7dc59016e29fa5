"""Draws one failover and one failback from what the daemons logged: phones, their home and its backup in columns, time
downwards, in seconds since the home died."""

import itertools

import notices

WIDTHS = (24, 20, 58)  # of the columns phones, home, backup


class Picture:
    """`phones` of `home` went to `backup` when home was killed, and went home after it was started again; `killed` and
    `started` in seconds since 1970."""

    def __init__(self, home, backup, phones, killed, started):
        self.home, self.backup, self.phones = home, backup, sorted(phones)
        self.killed, self.started = killed, started
        self.rows = []  # (seconds, kind, phones, home, backup); of a kind are rows that may stand for each other
        self.guests, self.back, self.refused = {}, {}, set()
        self.lost = None

    def draw(self):
        """The whole picture as lines."""
        self._add(self.killed, '', '', 'kill -9', '')
        self._add(self.started, '', '', 'starts again', '')
        for notice in notices.read(self.backup, since=self.killed):
            self._on(notice, '_backup_')
        for notice in notices.read(self.home, since=self.started):
            self._on(notice, '_home_')
        head = self._columns('seconds', 'phones of ' + self.home.name, self.home.name, self.backup.name)
        rule = self._columns('-' * 7, *('-' * (width - 2) for width in WIDTHS))
        rows = self._shortened(sorted(self.rows, key=lambda row: row[0]))
        body = [self._columns('' if seconds is None else f'{seconds:.1f}', *cells) for seconds, _, *cells in rows]
        return [line.rstrip() for line in [head, rule, *body, '', *self._figures()]]

    @staticmethod
    def _shortened(rows):
        """Of many rows of one kind, one after the other, the first and the last stay."""
        kept = []
        for kind, group in itertools.groupby(rows, key=lambda row: row[1] or id(row)):
            group = list(group)
            kept += group if len(group) <= 4 else [*group[:2], (None, kind, '...', '', ''), group[-1]]
        return kept

    @staticmethod
    def _columns(seconds, phones, home, backup):
        if not phones.endswith('>'):
            return f'{seconds:>7}  {phones:<{WIDTHS[0]}}{home:<{WIDTHS[1]}}{backup}'
        width = WIDTHS[0] if home else WIDTHS[0] + WIDTHS[1]  # an arrow, to the first column that says something
        return f'{seconds:>7}  {phones[:-1]:-<{width - 2}}> {home or backup}'

    def _add(self, moment, kind, phones, home, backup):
        self.rows.append((moment - self.killed, kind, phones, home, backup))

    def _on(self, notice, side):
        phone = notice.get('aor', '').partition('@')[0]
        tell = getattr(self, side + notice['event'], None)
        about = notice.get('home', notice.get('peer', self.home.name))
        if tell and about == self.home.name and (not phone or phone in self.phones):
            tell(notice, phone)

    def _backup_peer_health_changed(self, notice, _):
        if notice['to'] == 'lost' and self.lost is None:
            self.lost = notice.time - self.killed
        self._add(notice.time, '', '', '', f'{notice["to"]}: {notice["evidence"]}')

    def _backup_failover_phase_changed(self, notice, _):
        if notice['to'] != 'allowed':  # it follows from the loss
            self._add(notice.time, '', '', '', f'{notice["to"]}: {notice["cause"]}')

    def _backup_register_judged(self, notice, phone):
        reason = notice.get('reason')
        # That one is sent home is said once for all: each comes home in the next row or soon after.
        knock = ('' if reason == 'home_is_back' else phone, reason)
        if notice['verdict'] != 'refused' or knock in self.refused:
            return
        self.refused.add(knock)
        self._add(notice.time, notice['reason'], f'{phone} >', '', f'refused: {notice["reason"]}')

    def _backup_phone_registered(self, notice, phone):
        if phone not in self.guests:
            self.guests[phone] = notice.time - self.killed
            self._add(notice.time, 'guest', f'{phone} >', '', f'guest {len(self.guests)} of {len(self.phones)}')

    def _backup_failover_ended(self, notice, _):
        self._add(notice.time, '', '', '', f'over after {notice["duration_seconds"]} s, {notice["guests"]} guests')

    def _home_users_ready(self, notice, _):
        self._add(notice.time, '', '', 'serves', '')

    def _home_phone_registered(self, notice, phone):
        if phone not in self.back:
            self.back[phone] = notice.time - self.started
            self._add(notice.time, 'back', f'{phone} >', f'home, {len(self.back)} of {len(self.phones)}', '')

    def _figures(self):
        if self.lost is None or not self.guests or not self.back:
            return ['The run was cut short.']
        guests, back = sorted(self.guests.values()), sorted(self.back.values())
        return [f'after the kill:    {self.backup.name} sure after {self.lost:.1f} s, first guest after '
                f'{guests[0]:.1f} s, all {len(guests)} after {guests[-1]:.1f} s',
                f'after the return:  first phone home after {back[0]:.1f} s, all {len(back)} after {back[-1]:.1f} s']
