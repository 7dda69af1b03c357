# SPDX-License-Identifier: GPL-2.0
"""The packet gun (selftests/gun) on the stage of net.sh."""

import json
import subprocess

from stage import CLIENT, ROUTER, SERVER, run

# What sends by which device, and what receives it.
CLIENT_LINE = CLIENT, "c0", ROUTER, "r0"
SERVER_LINE = SERVER, "s0", ROUTER, "r1"


def _line(netns, device, peer_netns, peer):
    link = json.loads(run(peer_netns, "ip", "-j", "link", "show", peer))[0]
    return "--line=%s/%s/%s" % (netns, device, link["address"])


class Gun:
    """One that fires while the test goes on. The options are those of the
    program: Gun("syn", src="32.0.0.0/3", dst="10.1.2.77", rate=1000,
    seconds=10)."""

    def __init__(self, kind, src, dst, lines=(CLIENT_LINE, SERVER_LINE),
                 **options):
        self._process = subprocess.Popen(
            ["gun", kind, "--from", src, "--to", dst] +
            [_line(*line) for line in lines] +
            ["--%s=%s" % option for option in options.items()],
            stdout=subprocess.PIPE, text=True)
        self.pid = self._process.pid

    def firing(self):
        return self._process.poll() is None

    def done(self):
        """Waits for its end; what it has sent."""
        said = self._process.communicate()[0]
        assert not self._process.returncode, "the gun failed"
        return json.loads(said)


def fire(*args, **options):
    return Gun(*args, **options).done()
