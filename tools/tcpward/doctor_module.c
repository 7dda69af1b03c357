// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of kernel and module: can it be built, loaded and spoken to, and do
 * tool and module belong together.
 */
#include "doctor.h"
#include "tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CAP_NET_ADMIN_BIT 12

static void check_loading(struct doctor *doctor)
{
	if (doctor->loaded)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL, "kernel %s",
			   doctor->kernel.release);
	else if (!doctor->takes_modules)
		doctor_say(doctor, DOCTOR_PROBLEM,
			   "tcpward is a module: it cannot run on this kernel.",
			   "apt-get install linux-image-amd64",
			   "kernel %s takes no modules",
			   doctor->kernel.release);
	else if (doctor_read_number("/proc/sys/kernel/modules_disabled", 0))
		doctor_say(doctor, DOCTOR_PROBLEM,
			   "No module can be loaded until the machine starts "
			   "again without that.",
			   "grep -rs modules_disabled /etc/sysctl.conf "
			   "/etc/sysctl.d",
			   "kernel.modules_disabled is set");
	else
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "kernel %s takes modules", doctor->kernel.release);
}

void doctor_kernel(struct doctor *doctor)
{
	int major = 0, minor = 0;

	if (sscanf(doctor->kernel.release, "%d.%d", &major, &minor) == 2 &&
	    (major < 6 || (major == 6 && minor < 1)))
		doctor_say(doctor, DOCTOR_PROBLEM,
			   "tcpward knows kernels from 6.1 on.",
			   "apt-get install linux-image-amd64",
			   "kernel %s is too old", doctor->kernel.release);
	else
		check_loading(doctor);
}

void doctor_headers(struct doctor *doctor)
{
	const char *release = doctor->kernel.release;
	char path[DOCTOR_LINE], command[DOCTOR_COMMAND];
	bool built = doctor->loaded || doctor->file[0];

	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile",
		 release);
	if (!access(path, F_OK) || !doctor->takes_modules) {
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "the headers of %s are %s", release,
			   doctor->takes_modules ? "there" : "of no use");
		return;
	}
	snprintf(command, sizeof(command), "apt-get install linux-headers-%s",
		 release);
	doctor_say(doctor, built ? DOCTOR_NOTE : DOCTOR_PROBLEM,
		   built ? "A new version of tcpward cannot be built; the one "
		   "that is there is not touched by it." :
		   "The module cannot be built for this kernel.", command,
		   "the headers of %s are missing", release);
}

static void say_loadable(struct doctor *doctor)
{
	char command[DOCTOR_PATH + 16] = "modprobe tcpward";

	if (!doctor->installed)
		snprintf(command, sizeof(command), "insmod %s", doctor->file);
	doctor_say(doctor, DOCTOR_PROBLEM,
		   "Nothing is judged. Loading it cuts no connection.",
		   command, "the tcpward module is not loaded; it is in %s",
		   doctor->file);
}

static void say_missing(struct doctor *doctor)
{
	char command[DOCTOR_COMMAND];

	snprintf(command, sizeof(command),
		 "make install KREL=%s && modprobe tcpward",
		 doctor->kernel.release);
	doctor_say(doctor, DOCTOR_PROBLEM,
		   "Nothing is judged. It has to be built and installed, in the "
		   "source of tcpward.", command,
		   "there is no tcpward module for kernel %s",
		   doctor->kernel.release);
}

void doctor_module(struct doctor *doctor)
{
	doctor->absent = !doctor->loaded;
	if (doctor->loaded)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "the tcpward module is loaded");
	else if (!doctor->takes_modules)
		doctor_say(doctor, DOCTOR_PROBLEM, "Nothing is judged.",
			   "apt-get install linux-image-amd64",
			   "the tcpward module is not loaded");
	else if (!doctor_offers_module(doctor, "nf_defrag_ipv4"))
		doctor_say(doctor, DOCTOR_PROBLEM,
			   "The module stands on it and cannot be loaded: "
			   "nothing is judged.",
			   "apt-get install linux-image-amd64",
			   "kernel %s has no nf_defrag_ipv4",
			   doctor->kernel.release);
	else if (doctor->file[0])
		say_loadable(doctor);
	else
		say_missing(doctor);
}

/* --- signatures ----------------------------------------------------------- */

static bool secure_boot(void)
{
	static const char path[] = "/sys/firmware/efi/efivars/"
		"SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	unsigned char bytes[5] = { 0 };
	FILE *file = fopen(path, "re");
	size_t count = file ? fread(bytes, 1, sizeof(bytes), file) : 0;

	if (file)
		fclose(file);
	/* Four bytes of attributes, then the value. */
	return count == 5 && bytes[4] == 1;
}

/* What makes the kernel refuse modules without a signature, or NULL. */
static const char *enforced_by(void)
{
	char line[DOCTOR_LINE];

	if (doctor_read_line("/sys/module/module/parameters/sig_enforce",
			     line) && line[0] == 'Y')
		return "module.sig_enforce";
	if (doctor_read_line("/sys/kernel/security/lockdown", line)) {
		if (!strstr(line, "[none]"))
			return "lockdown";
	} else if (secure_boot()) {
		return "Secure Boot";
	}
	return NULL;
}

/* The module is compressed where it is installed: its signer is asked for. */
static bool is_signed(const struct doctor *doctor)
{
	const char *const modinfo[] = { "modinfo", "-F", "sig_id",
					doctor->file, NULL };
	char *text;
	bool found;

	found = !doctor_run(modinfo, &text) && text && text[0] > ' ';
	free(text);
	return found;
}

void doctor_signature(struct doctor *doctor)
{
	const char *by = enforced_by();

	if (!by)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "modules need no signature");
	else if (doctor->loaded)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "modules need a signature (%s), and it was loaded",
			   by);
	else if (!doctor->file[0])
		doctor_say(doctor, DOCTOR_NOTE,
			   "Once built, the module has to be signed with a key "
			   "that the machine knows; DKMS signs with its own.",
			   "mokutil --import /var/lib/dkms/mok.pub",
			   "modules need a signature (%s)", by);
	else if (is_signed(doctor))
		doctor_say(doctor, DOCTOR_NOTE,
			   "The module is signed: it loads if its key is among "
			   "those that the machine knows.",
			   "mokutil --list-enrolled",
			   "modules need a signature (%s)", by);
	else
		doctor_say(doctor, DOCTOR_PROBLEM,
			   "The module is not signed and will be refused. DKMS "
			   "signs it, with a key to be made known to the "
			   "machine.",
			   "mokutil --import /var/lib/dkms/mok.pub",
			   "modules need a signature (%s)", by);
}

/* --- tool and module ------------------------------------------------------ */

static bool has_net_admin(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long long caps = 0;
	char line[DOCTOR_LINE];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	if (file)
		fclose(file);
	return caps >> CAP_NET_ADMIN_BIT & 1;
}

void doctor_permission(struct doctor *doctor)
{
	if (doctor->error != -EPERM &&
	    (doctor->loaded || has_net_admin())) {
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "CAP_NET_ADMIN is there");
		return;
	}
	doctor->absent = true;
	doctor_say(doctor, DOCTOR_PROBLEM,
		   "The module answers only who has it in the user namespace "
		   "that owns this network namespace.",
		   tool.netns ? "sudo tcpward -N NETNS doctor" :
		   "sudo tcpward doctor", "CAP_NET_ADMIN is missing");
}

static void say_other_abi(struct doctor *doctor)
{
	doctor->absent = true;
	doctor_say(doctor, DOCTOR_PROBLEM,
		   "They cannot speak to each other. Build and install both "
		   "from the same source, then load the new module.",
		   "make install && rmmod tcpward && modprobe tcpward",
		   "the module (%s) speaks version %u of the interface, this "
		   "tool (%s) version %u", doctor->stats.version,
		   doctor->stats.abi, TOOL_VERSION, TCPWARD_ABI_VERSION);
}

void doctor_version(struct doctor *doctor)
{
	char version[DOCTOR_LINE];

	if (!doctor->loaded)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL, "tool %s",
			   TOOL_VERSION);
	else if (doctor->error == -EPROTO)
		say_other_abi(doctor);
	else if (doctor_read_line("/sys/module/tcpward/version", version) &&
		 strcmp(version, TOOL_VERSION))
		doctor_say(doctor, DOCTOR_WARNING,
			   "They understand each other, but what one knows may "
			   "be missing in the other.",
			   "make install && rmmod tcpward && modprobe tcpward",
			   "module %s, tool %s", version, TOOL_VERSION);
	else if (doctor->error && doctor->error != -EPERM)
		doctor_say(doctor, DOCTOR_PROBLEM,
			   "The module is loaded but does not answer.",
			   "dmesg | grep tcpward", "%s",
			   strerror(-doctor->error));
	else
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "module and tool %s, interface version %u",
			   TOOL_VERSION, TCPWARD_ABI_VERSION);
}

/* Read for every event and every handshake that is measured. */
void doctor_clock(struct doctor *doctor)
{
	static const char folder[] =
		"/sys/devices/system/clocksource/clocksource0";
	char path[2 * DOCTOR_LINE], line[DOCTOR_LINE];

	snprintf(path, sizeof(path), "%s/current_clocksource", folder);
	if (!doctor_read_line(path, line))
		doctor_say(doctor, DOCTOR_NOTE, "A slow clock makes events and "
			   "measured times dearer.", NULL,
			   "the clock source cannot be read");
	else if (strcmp(line, "hpet") && strcmp(line, "acpi_pm") &&
		 strcmp(line, "jiffies") && strcmp(line, "refined-jiffies"))
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "clock source %s", line);
	else
		doctor_say(doctor, DOCTOR_WARNING,
			   "Reading it is slow or coarse, and round-trip times "
			   "are measured with it.",
			   "cat /sys/devices/system/clocksource/clocksource0/"
			   "available_clocksource",
			   "clock source %s", line);
}
