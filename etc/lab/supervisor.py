"""What systemd does for a service with FileDescriptorStoreMax=, for a lab without systemd: it keeps the descriptors that
a daemon hands over, and hands them to the daemon's next life."""

import array
import fcntl
import os
import socket
import threading

from .process import Process

HIGH = 200  # kept descriptors are out of the way of those that a child gets from 3 on


class Supervisor:
    """`site.launch = Supervisor(site.folder).launch` makes a site's daemon run under it."""

    def __init__(self, folder):
        self.kept = {}
        self.path = os.path.join(folder, 'notify')
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        os.chmod(self.path, 0o777)  # the daemon is not root
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                text, control, _, _ = self.socket.recvmsg(4096, socket.CMSG_LEN(16 * 4))
            except OSError:
                return
            descriptors = array.array('i')
            for level, kind, data in control:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    descriptors.frombytes(data[:len(data) - len(data) % descriptors.itemsize])
            words = dict(line.partition('=')[::2] for line in text.decode().split('\n'))
            if 'FDSTOREREMOVE' in words and words['FDNAME'] in self.kept:
                os.close(self.kept.pop(words['FDNAME']))
            for descriptor in descriptors:
                if 'FDSTORE' in words:
                    self.kept[words['FDNAME']] = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, HIGH)
                os.close(descriptor)

    def forget(self):
        """As a boot does."""
        for name in list(self.kept):
            os.close(self.kept.pop(name))

    def contents(self):
        """What the kept files hold."""
        return b''.join(os.pread(descriptor, os.fstat(descriptor).st_size, 0) for descriptor in self.kept.values())

    def launch(self, argv, log):
        names, descriptors = list(self.kept), list(self.kept.values())
        script = ''.join(f'exec {number}<&{descriptor} {descriptor}<&-;'
                         for number, descriptor in enumerate(descriptors, 3))
        environment = {'NOTIFY_SOCKET': self.path}
        if descriptors:
            script += 'export LISTEN_PID=$$;'
            environment.update(LISTEN_FDS=str(len(descriptors)), LISTEN_FDNAMES=':'.join(names))
        return Process(['bash', '-c', script + 'exec "$@"', 'supervisor', *argv], log, env=environment,
                       pass_fds=descriptors)

    def close(self):
        self.forget()
        self.socket.close()
