"""What a daemon of a lab logged, read back."""

import re
from datetime import datetime

_FIELD = re.compile(r'(\w+)=("(?:\\.|[^"\\])*"|\S*)')


class Notice(dict):
    """The fields of one line; `time` in seconds since 1970, `site` the daemon that wrote it, `line` as it stands."""

    def __init__(self, site, line):
        super().__init__((name, value.strip('"')) for name, value in _FIELD.findall(line))
        self.site, self.line = site, line.strip()
        self.time = datetime.fromisoformat(self['time']).timestamp() if 'time' in self else 0.0


def read(site, event=None, since=0.0, **fields):
    """Notices of every life of a site, oldest first, with that event and these fields."""
    found = []
    for life in range(1, site.lives + 1):
        with open(f'{site.folder}/log.{life}', encoding='utf-8', errors='replace') as file:
            notices = [Notice(site.name, line) for line in file if line.startswith('time=')]
        found += [notice for notice in notices if notice.time >= since and event in (None, notice['event'])
                  and all(notice.get(name) == value for name, value in fields.items())]
    return found
