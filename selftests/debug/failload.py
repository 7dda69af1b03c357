# SPDX-License-Identifier: GPL-2.0
"""Run by failload.sh: the module is loaded with each allocation failing."""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))

import faults
import ktap
import stage

FINIT_MODULE = 313      # on x86_64


def loading():
    module = os.open("/run/vm/tcpward.ko", os.O_RDONLY)

    def insmod():
        return faults.call("syscall", FINIT_MODULE, module, b"", 0)

    stage.rmmod()
    faults.seen()
    count = faults.each(insmod, stage.rmmod)
    stage.insmod()
    os.close(module)
    stacks = faults.seen()
    ktap.comment("%d allocations failed" % count)
    # The names of the module's functions went with it.
    for function in "kmem_cache_create", "genl_register_family", "ops_init":
        assert any(function in name for stack in stacks for name in stack), \
            "none failed in " + function


faults.run((("loading", loading), ("the log is clean", faults.log_clean)))
