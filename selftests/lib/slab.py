# SPDX-License-Identifier: GPL-2.0
"""What the records of the module take of the memory, as the kernel counts."""

import os

FLOWS = "tcpw_flow", "tcpw_flow6"   # where a connection's record comes from
EXT = "tcpw_more"
CACHES = FLOWS + (EXT,)
PAGE = os.sysconf("SC_PAGE_SIZE")


def _value(cache, name):
    with open("/sys/kernel/slab/%s/%s" % (cache, name)) as file:
        return int(file.read().split()[0])


def objects():
    """Records in memory, the dead included; and what lies free in slabs that
    CPUs keep at hand, which the kernel takes for used. See settle()."""
    return sum(_value(cache, "objects") for cache in FLOWS)


def settle():
    """CPUs give back what they keep at hand."""
    for cache in CACHES:
        with open("/sys/kernel/slab/%s/shrink" % cache, "w") as file:
            file.write("1")


def taken():
    """Bytes, of all caches."""
    return sum(_value(cache, "slabs") * (PAGE << _value(cache, "order"))
               for cache in CACHES)


def each(cache):
    """Bytes that an object takes of its slab."""
    return (PAGE << _value(cache, "order")) / _value(cache, "objs_per_slab")


def exact():
    """Whether records have their own size: detectors make them larger."""
    return all(_value(cache, "slab_size") - _value(cache, "object_size") < 64
               for cache in CACHES)


def available():
    with open("/proc/meminfo") as file:
        fields = dict(line.split(":") for line in file)
    return int(fields["MemAvailable"].split()[0]) << 10
