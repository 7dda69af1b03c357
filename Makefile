# SPDX-License-Identifier: GPL-2.0
# Everything built goes below build/; `make help` lists the targets.

# The kernel that the module is built for, and its build tree.
ifndef KREL
KREL := $(shell tools/packaging/kernels default)
endif
KDIR ?= /lib/modules/$(KREL)/build
PREFIX ?= /usr/local
DESTDIR ?=

CC ?= cc
CFLAGS ?= -O2 -g
B := build
# make V=1 shows whole commands.
Q := $(if $(V),,@)
KOUT := $(B)/$(KREL)

TOOL_PKGS := libnl-3.0 libnl-genl-3.0 libcurl libssl libcrypto libpcap \
	jansson ncursesw
LIGHT_PKGS := libnl-3.0 libnl-genl-3.0 jansson
SEGPLAY_PKGS := libnl-3.0 libnl-genl-3.0 jansson
OWN_CFLAGS := -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter \
	-Itools/include -Itools/lib -Itools -Iinclude -Iinclude/uapi -Ikmod

objects = $(patsubst %.c,$(B)/obj/%.o,$(sort $(wildcard $(1))))
CORE_OBJS := $(call objects,kmod/core/*.c)
LIB_OBJS := $(call objects,tools/lib/*.c)
TOOL_OBJS := $(call objects,tools/tcpward/*.c)
HEAVY_OBJS := $(call objects,$(addprefix tools/tcpward/, \
	probe*.c replay*.c capture*.c))
LIGHT_OBJS := $(B)/obj/tools/tcpward/elsewhere.o
SEGPLAY_OBJS := $(call objects,selftests/segplay/*.c)
MODEL_OBJS := $(call objects,selftests/model/*.c)
PROGRAMS := $(if $(TOOL_OBJS),$(B)/tcpward $(B)/full/tcpward) \
	$(if $(SEGPLAY_OBJS),$(B)/segplay) $(B)/gun
MODULE_SRCS := Kbuild $(wildcard kmod/*.[ch] kmod/core/*.[ch] \
	include/uapi/linux/*.h)

.DELETE_ON_ERROR:
.PHONY: all programs module demo check check-native check-vm check-debug \
	conformance \
	captures-check fuzz model bench bench-growth bench-icount vm vm-run deps \
	install clean help

all: programs module ## build the tool, segplay and the module (default)

programs: $(PROGRAMS) ## build only the programs

module: $(KOUT)/tcpward.ko ## build only the module, for KREL

# -- programs --------------------------------------------------------------

# See elsewhere.c about the two.
$(B)/tcpward: $(filter-out $(HEAVY_OBJS),$(TOOL_OBJS)) $(LIB_OBJS) $(CORE_OBJS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		$$(pkg-config --libs $(LIGHT_PKGS)) $(LDLIBS)

$(B)/full/tcpward: $(filter-out $(LIGHT_OBJS),$(TOOL_OBJS)) $(LIB_OBJS) \
		$(CORE_OBJS)
	@echo "  LD      $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		$$(pkg-config --libs $(TOOL_PKGS)) $(LDLIBS)

# Its backend `module` speaks to the module as the tool does.
SEGPLAY_NL := $(addprefix $(B)/obj/tools/tcpward/, nl_client.o nl_parse.o \
	nl_parts.o nl_request.o nl_stream.o model.o tool.o)
$(B)/segplay: $(SEGPLAY_OBJS) $(SEGPLAY_NL) $(LIB_OBJS) $(CORE_OBJS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		$$(pkg-config --libs $(SEGPLAY_PKGS)) $(LDLIBS)

$(B)/gun: $(call objects,selftests/gun/*.c)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/model: $(MODEL_OBJS) $(CORE_OBJS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/nlfuzz: $(call objects,selftests/debug/nlfuzz*.c) $(CORE_OBJS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(TOOL_OBJS): PKG_CFLAGS = $$(pkg-config --cflags $(TOOL_PKGS))
$(SEGPLAY_OBJS): PKG_CFLAGS = $$(pkg-config --cflags $(SEGPLAY_PKGS))
$(TOOL_OBJS) $(SEGPLAY_OBJS): | $(B)/libraries

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) $(OWN_CFLAGS) $(CFLAGS) $(CPPFLAGS) $(PKG_CFLAGS) -MMD -MP \
		-c -o $@ $<

# One clear sentence instead of a compiler's complaint about a header.
$(B)/libraries: Makefile
	@mkdir -p $(@D)
	@for p in $(TOOL_PKGS); do \
		pkg-config --exists $$p 2>/dev/null || { \
		echo "tcpward: library $$p is missing: run 'make deps'" >&2; \
		exit 1; }; \
	done
	@touch $@

-include $(wildcard $(B)/obj/*/*/*.d)

# -- module ----------------------------------------------------------------

# Headers that this machine lacks may be those of sid. They want a compiler and
# a libc of their own, in a chroot where they lie at the same path.
INSIDE := $(if $(KREL),$(if $(filter file,$(origin KDIR)),$(if \
	$(wildcard $(KDIR)/Makefile),,tools/packaging/sid-chroot $(KREL))))

# Kernels before 6.13 put objects beside the sources, so the sources are shown
# to them as links in the folder of their release.
$(KOUT)/tcpward.ko: $(MODULE_SRCS)
	@test -n "$(KREL)" && test -n "$(INSIDE)$(wildcard \
		$(KDIR)/Makefile)" || { \
		echo "tcpward: no build tree of kernel '$(KREL)' in $(KDIR):" \
		"run 'make deps' or choose with KREL= or KDIR=" >&2; exit 1; }
	@mkdir -p $(KOUT)
	@find $(KOUT) -type l -delete
	@cp -rs $(CURDIR)/Kbuild $(CURDIR)/kmod $(CURDIR)/include $(KOUT)
	$(Q)$(INSIDE) $(MAKE) --no-print-directory -C $(KDIR) \
		M=$(CURDIR)/$(KOUT) W=1 $(KBUILD_ARGS) modules
	@touch $@

# -- running ---------------------------------------------------------------

deps: ## install the Debian packages that building and testing need
	@tools/packaging/install-deps

demo: deps ## show tcpward at work: six scenes in a test VM
	@selftests/demo/run

check: deps ## run every test: native, then in VMs on each kernel
	@selftests/check native vm

check-native: ## run the tests that need no VM
	@selftests/check native

check-vm: deps ## run the tests that need a VM, on each kernel
	@selftests/check vm

check-debug: deps ## run the VM tests and more on a kernel full of detectors
	@selftests/check debug

model: ## explore two endpoints with the core between them, for minutes
	@selftests/model/run

conformance: deps programs ## play all scenarios against core, module, nf_conntrack
	@selftests/conformance/run

captures-check: deps programs ## replay real captures: a table, right or wrong
	@selftests/captures/check

bench: deps ## measure cost against nf_conntrack: K="1 10000" connections
	@selftests/bench/run $(K)

bench-growth: deps ## draw cost against the number of connections, to 4 million
	@selftests/bench/run-growth $(K)

bench-icount: deps ## count instructions beside nf_conntrack's
	@selftests/bench/run-icount

fuzz: deps ## fuzz parsers, core, readers: TIME=60 seconds each, JOBS= at a time
	@selftests/fuzz/run

vm: vm-run ## open a shell in a test VM, or run RUN='command' there
	@$(make-exit $(shell cat $(VM_CODE); rm $(VM_CODE))):

# Make's own exit code would be 2 for every failure; see make-exit.c.
ifneq ($(filter vm,$(MAKECMDGOALS)),)
VM_CODE := $(B)/vm/code.$(shell echo $$PPID)
-load $(B)/vm/make-exit.so(make_exit_setup)
$(B)/vm/make-exit.so: selftests/vm/make-exit.c
	@mkdir -p $(@D)
	@$(CC) -O2 -shared -fPIC -o $@ $< 2>/dev/null || :
endif

vm-run: deps
	@mkdir -p $(B)/vm
	@code=0; selftests/vm/run || code=$$?; echo $$code >$(VM_CODE); \
		[ -e $(B)/vm/make-exit.so ] || exit $$code

# -- the rest --------------------------------------------------------------

# Debian's headers hold neither a signing key nor what kbuild's depmod wants.
install: all ## install tool, manual, completion and module (PREFIX, DESTDIR)
	install -D -m 755 $(B)/tcpward $(DESTDIR)$(PREFIX)/bin/tcpward
	install -D -m 755 $(B)/full/tcpward \
		$(DESTDIR)$(PREFIX)/libexec/tcpward/tcpward
	for m in $(wildcard Documentation/man/*.[1-8]); do \
		install -D -m 644 -t \
		$(DESTDIR)$(PREFIX)/share/man/man$${m##*.} $$m || exit; \
	done
	for c in $(wildcard tools/packaging/completion/*); do \
		install -D -m 644 -t \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions $$c \
		|| exit; \
	done
	$(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR)/$(KOUT) \
		INSTALL_MOD_DIR=updates INSTALL_MOD_PATH=$(DESTDIR) \
		CONFIG_MODULE_SIG_ALL= modules_install
	$(if $(DESTDIR),,depmod $(KREL))

clean: ## remove what was built, fetched kernels included
	rm -rf $(B)

help: ## list the targets
	@echo "make TARGET [KREL=kernel release] [KDIR=its build tree]"
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)
	@echo "make check takes KERNELS=all, for the newest of Debian sid too," \
		"or kernel releases"
	@echo "make vm takes RUN='command' TIMEOUT=seconds MODULE=none" \
		"PARAMS='module parameters' VM_MEM=2G VM_SMP=2"
