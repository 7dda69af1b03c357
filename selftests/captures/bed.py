# SPDX-License-Identifier: GPL-2.0
"""
Where captures are recorded: client, router and server in network namespaces
of their own, real stacks at both ends, tcpdump between them.
"""
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))
CLIENT, ROUTER, SERVER = names = [f"tcpw-{os.getpid()}-{x}" for x in "crs"]
CLIENT4, SERVER4 = "10.71.1.2", "10.71.2.2"
CLIENT6, SERVER6 = "fd71:1::2", "fd71:2::2"
ADDRESSES = {4: (CLIENT4, SERVER4), 6: (CLIENT6, SERVER6)}
DEVICES = (("wire", CLIENT), ("wire", SERVER), ("wire1", ROUTER),
           ("wire2", ROUTER))
version = 4     # of IP, where a conversation does not name an address
libc = ctypes.CDLL(None, use_errno=True)


def run(*words, ns=None, check=True):
    """Run a command, in a namespace if one is given."""
    if ns:
        words = ("ip", "netns", "exec", ns) + words
    return subprocess.run(words, check=check, capture_output=True, text=True)


def client_addr():
    return ADDRESSES[version][0]


def server_addr():
    return ADDRESSES[version][1]


def over_ipv6(record):
    """The same conversation with IPv6 addresses."""
    def six(path):
        global version
        version = 6
        try:
            record(path)
        finally:
            version = 4
    six.__name__ = record.__name__ + "_ipv6"
    return six


# -- the network -----------------------------------------------------------

def build():
    """Client - router - server: routed, IPv4 and IPv6, offloads as usual."""
    for ns in names:
        run("ip", "netns", "add", ns)
        run("ip", "link", "set", "lo", "up", ns=ns)
    for n, (ns, addr4, addr6) in enumerate(((CLIENT, CLIENT4, CLIENT6),
                                            (SERVER, SERVER4, SERVER6)), 1):
        run("ip", "link", "add", "dev", "wire", "netns", ns, "type", "veth",
            "peer", "name", f"wire{n}", "netns", ROUTER)
        address(ns, "wire", addr4, addr6)
        address(ROUTER, f"wire{n}", f"10.71.{n}.1", f"fd71:{n}::1")
        run("ip", "route", "add", "default", "via", f"10.71.{n}.1", ns=ns)
        run("ip", "route", "add", "default", "via", f"fd71:{n}::1", ns=ns)
    setting(ROUTER, "net/ipv4/ip_forward", 1)
    setting(ROUTER, "net/ipv6/conf/all/forwarding", 1)


def address(ns, device, addr4, addr6):
    run("ip", "addr", "add", f"{addr4}/24", "dev", device, ns=ns)
    run("ip", "addr", "add", f"{addr6}/64", "nodad", "dev", device, ns=ns)
    run("ip", "link", "set", device, "up", ns=ns)


def setting(ns, name, value):
    run("sh", "-c", f"echo {value} >/proc/sys/{name}", ns=ns)


def both_settings(**values):
    """The same settings of net.ipv4 in client and server."""
    for ns in (CLIENT, SERVER):
        for name, value in values.items():
            setting(ns, "net/ipv4/" + name, value)


def single_segments():
    """No super-packets anywhere: what is lost or moved is one segment."""
    for device, ns in DEVICES:
        run("ethtool", "-K", device, "tso", "off", "gso", "off", "gro", "off",
            ns=ns)


def netem(*words, devices=DEVICES):
    """Troubles on both sides of the router, in both directions."""
    for device, ns in devices:
        run("tc", "qdisc", "replace", "dev", device, "root", "netem",
            "limit", "10000", *words, ns=ns)


def destroy():
    for ns in names:
        run("ip", "netns", "del", ns, check=False)


@contextlib.contextmanager
def inside(ns):
    """Sockets made meanwhile belong to the namespace."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{ns}", os.O_RDONLY)
    try:
        if libc.setns(there, 0):
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        libc.setns(here, 0)
        os.close(here)
        os.close(there)


@contextlib.contextmanager
def tcpdump(path, ns, device, *words, snap=128):
    """Write what passes at the device, from the first segment to the last."""
    dump = subprocess.Popen(
        ["ip", "netns", "exec", ns, "tcpdump", "-i", device, "-U", "-s",
         str(snap), "--immediate-mode", "-w", path, *words],
        stderr=subprocess.PIPE, text=True)
    for line in dump.stderr:
        if "listening on" in line:
            break
    yield
    time.sleep(0.5)
    dump.send_signal(signal.SIGINT)
    dump.wait()


@contextlib.contextmanager
def relay(path, **trouble):
    """In place of routing: frames change wires with loss and so on."""
    single_segments()
    for device, ns in DEVICES:
        run("ethtool", "-K", device, "tx", "off", ns=ns)
        mac = "02:00:00:00:00:01"
        run("ip", "addr", "flush", "dev", device, ns=ns)
        if ns != ROUTER:
            mac = "02:00:00:00:00:0" + ("2" if ns == CLIENT else "3")
        run("ip", "link", "set", device, "address", mac, ns=ns)
    for ns, own, other, mac in (
            (CLIENT, client_addr(), server_addr(), "3"),
            (SERVER, server_addr(), client_addr(), "2")):
        run("ip", "addr", "add", f"{own}/16", "dev", "wire",
            *(["nodad"] if version == 6 else []), ns=ns)
        run("ip", "neigh", "replace", other, "dev", "wire", "lladdr",
            f"02:00:00:00:00:0{mac}", ns=ns)
    words = [f"--{name}={value}" for name, value in trouble.items()]
    process = subprocess.Popen(
        ["ip", "netns", "exec", ROUTER, os.path.join(FOLDER, "relay"),
         *words, "wire1", "wire2", path], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    yield
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    process.wait()


# -- ends ------------------------------------------------------------------

def stream(ns, port, **options):
    """A socket bound in a namespace, with options set by their names."""
    family = socket.AF_INET6 if version == 6 else socket.AF_INET
    with inside(ns):
        sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for name, value in options.items():
        level = socket.SOL_SOCKET if name.startswith("SO_") else \
            socket.IPPROTO_TCP
        sock.setsockopt(level, getattr(socket, name), value)
    sock.bind((client_addr() if ns == CLIENT else server_addr(), port))
    sock.settimeout(20)
    return sock


def client(port=0, **options):
    return stream(CLIENT, port, **options)


def listener(port, **options):
    sock = stream(SERVER, port, **options)
    sock.listen(8)
    return sock


def pair(port, client_port=0, near_options=None, **options):
    with listener(port, **options) as lis:
        near = client(client_port, **(near_options or {}))
        near.connect((server_addr(), port))
        far, _ = lis.accept()
    far.settimeout(20)
    return near, far


def read_all(sock, size=None):
    """Until the end of the stream, or until size octets have come."""
    got = 0
    while size is None or got < size:
        data = sock.recv(65536)
        if not data:
            break
        got += len(data)
    return got


def close_both(near, far):
    near.shutdown(socket.SHUT_WR)
    read_all(far)
    far.close()
    read_all(near)
    near.close()


@contextlib.contextmanager
def serving(port, *words, **options):
    """A server program, from when it listens to the end of the block."""
    server = subprocess.Popen(["ip", "netns", "exec", SERVER, *words],
                              **options)
    while not run("ss", "-Hltn", f"sport = :{port}", ns=SERVER).stdout:
        if server.poll() is not None:
            raise ChildProcessError(f"{words[0]} ended: {server.returncode}")
        time.sleep(0.1)
    try:
        yield
    finally:
        server.terminate()
        server.wait()


def make_certificate(home):
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
        "-keyout", f"{home}/key", "-out", f"{home}/cert")


@contextlib.contextmanager
def nginx():
    """HTTP on port 80, HTTPS on 443, one page of 100000 octets."""
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)
        make_certificate(home)
        with open(f"{home}/page", "wb") as page:
            page.write(b"x" * 100000)
        with open(f"{home}/conf", "w") as conf:
            conf.write(f"""
daemon off; pid {home}/pid; error_log {home}/errors; worker_processes 1;
user root; events {{}}
http {{
  access_log off; root {home};
  client_body_temp_path {home}/1; proxy_temp_path {home}/2;
  fastcgi_temp_path {home}/3; uwsgi_temp_path {home}/4;
  scgi_temp_path {home}/5;
  server {{
    listen 80; listen [::]:80; listen 443 ssl; listen [::]:443 ssl;
    ssl_certificate {home}/cert; ssl_certificate_key {home}/key;
  }}
}}""")
        with serving(443, "nginx", "-c", f"{home}/conf"):
            yield


def curl(*words):
    run("curl", "-fsSk", "--http1.1", *words, ns=CLIENT)


def iperf3(*words):
    """One test with iperf3: a connection for control, others for data."""
    with serving(5201, "iperf3", "-s", "-1", stdout=subprocess.DEVNULL):
        run("iperf3", f"-{version}", "-c", server_addr(), *words, ns=CLIENT)


@contextlib.contextmanager
def sshd():
    """OpenSSH on port 22 with keys of its own; yields how to log in. Its
    user is known in its own mount namespace only."""
    unpacked = os.path.join(FOLDER, "../../build/sshd")
    program = shutil.which("sshd", path=f"/usr/sbin:{unpacked}/usr/sbin")
    if not program:
        raise FileNotFoundError("no sshd: run selftests/captures/fetch-sshd")
    with tempfile.TemporaryDirectory() as home:
        for name in "host", "user":
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                f"{home}/{name}")
        with open("/etc/passwd") as passwd, open(f"{home}/passwd", "w") as own:
            own.write(passwd.read())
            own.write("sshd:x:64998:65534::/run/sshd:/bin/false\n")
        with open(f"{home}/conf", "w") as conf:
            conf.write(f"HostKey {home}/host\nPidFile none\n"
                       f"AuthorizedKeysFile {home}/user.pub\n"
                       "StrictModes no\nUsePAM no\nPermitRootLogin yes\n")
        with serving(22, "unshare", "-m", "sh", "-c", f"""
                mkdir -p /run/sshd && chmod 755 /run/sshd &&
                mount --bind {home}/passwd /etc/passwd &&
                exec {program} -D -f {home}/conf""",
                     env={**os.environ, "LD_LIBRARY_PATH":
                          f"{unpacked}/usr/lib/x86_64-linux-gnu"}):
            yield ("ssh", "-F", "none", "-i", f"{home}/user", "-o",
                   "StrictHostKeyChecking=no", "-o",
                   "UserKnownHostsFile=/dev/null", "-o", "LogLevel=error",
                   f"root@{server_addr()}")
