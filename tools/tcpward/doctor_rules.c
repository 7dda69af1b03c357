// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of the rules of nftables in this network namespace: what goes past
 * tcpward, changes what it sees, or judges beside it. nft is asked; rules that
 * iptables keeps for itself are known by their table alone.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char not_read[] =
	"NAT, offloaded flows and rules beside tcpward cannot be checked.";

static void parse_rules(struct doctor *doctor, const char *text)
{
	json_t *root = text ? json_loads(text, 0, NULL) : NULL;

	doctor->rules = json_incref(json_object_get(root, "nftables"));
	json_decref(root);
	if (!json_is_array(doctor->rules)) {
		json_decref(doctor->rules);
		doctor->rules = NULL;
	}
}

/* Asking for rules would load nf_tables; where it is not, there are none. */
void doctor_rules(struct doctor *doctor)
{
	static const char *const nft[] = { "nft", "-j", "list", "ruleset",
					   NULL };
	char command[DOCTOR_COMMAND], *text;
	int code;

	if (!doctor_has_module(doctor, "nf_tables", true)) {
		doctor->rules = json_array();
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "nftables is not in use");
		return;
	}
	code = doctor_run(nft, &text);
	if (!code)
		parse_rules(doctor, text);
	free(text);
	if (doctor->rules)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "the rules of nftables can be read");
	else if (code == 127)
		doctor_say(doctor, DOCTOR_NOTE, not_read,
			   "apt-get install nftables", "nft is missing");
	else
		doctor_say(doctor, DOCTOR_NOTE, not_read,
			   doctor_net_command(command, "nft -j list ruleset"),
			   "nft cannot list the rules");
}

static const char *member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* The value of the first statement of this kind, or NULL. */
static json_t *statement(const json_t *rule, const char *kind)
{
	json_t *each, *value;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, each) {
		value = json_object_get(each, kind);
		if (value)
			return value;
	}
	return NULL;
}

/* Tables of iptables have fixed names, and statements that nft cannot tell. */
static bool translates(const json_t *rule)
{
	return statement(rule, "dnat") || statement(rule, "snat") ||
	       statement(rule, "masquerade") || statement(rule, "redirect") ||
	       (statement(rule, "xt") && !strcmp(member(rule, "table"), "nat"));
}

static bool offloads(const json_t *rule)
{
	return statement(rule, "flow");
}

static bool proxies(const json_t *rule)
{
	return statement(rule, "synproxy");
}

static bool helps(const json_t *rule)
{
	return statement(rule, "ct helper");
}

/* Anywhere below: in a match, a map, a set. */
static bool mentions_state(json_t *value)
{
	const char *key;
	json_t *each;
	size_t i;

	if (!strcmp(member(json_object_get(value, "ct"), "key"), "state"))
		return true;
	json_array_foreach(value, i, each)
		if (mentions_state(each))
			return true;
	json_object_foreach(value, key, each)
		if (mentions_state(each))
			return true;
	return false;
}

static bool asks_conntrack(const json_t *rule)
{
	return mentions_state(json_object_get(rule, "expr"));
}

/* Rules of a kind: how many; *first is one of them, or NULL. */
static unsigned int count_rules(const struct doctor *doctor,
				bool (*kind)(const json_t *rule),
				const json_t **first)
{
	unsigned int count = 0;
	json_t *each, *rule;
	size_t i;

	*first = NULL;
	json_array_foreach(doctor->rules, i, each) {
		rule = json_object_get(each, "rule");
		if (!rule || !kind(rule))
			continue;
		if (!count++)
			*first = rule;
	}
	return count;
}

static const char *chain_text(const json_t *rule, char *text)
{
	snprintf(text, DOCTOR_LINE, "%s %s %s", member(rule, "family"),
		 member(rule, "table"), member(rule, "chain"));
	return text;
}

static const char *delete_rule(const json_t *rule, char *text)
{
	char chain[DOCTOR_LINE];
	json_int_t handle;

	handle = json_integer_value(json_object_get(rule, "handle"));
	return doctor_net_command(text, "nft delete rule %s handle %"
				  JSON_INTEGER_FORMAT,
				  chain_text(rule, chain), handle);
}

/* Of iptables without nftables: made by its first use in a namespace. */
static bool has_legacy_nat(void)
{
	static const char *const lists[] = { "/proc/net/ip_tables_names",
					     "/proc/net/ip6_tables_names" };
	char line[DOCTOR_LINE];
	bool found = false;

	for (unsigned int i = 0; i < 2 && !found; i++) {
		FILE *file = fopen(lists[i], "re");

		while (file && !found && fgets(line, sizeof(line), file))
			found = !strcmp(line, "nat\n");
		if (file)
			fclose(file);
	}
	return found;
}

void doctor_nat(struct doctor *doctor)
{
	bool early = doctor->cfg.placement == TCPWARD_PLACEMENT_EARLY;
	char where[DOCTOR_LINE] = "iptables' table nat", command[DOCTOR_COMMAND];
	const json_t *first;
	unsigned int count;

	count = count_rules(doctor, translates, &first);
	if (count)
		chain_text(first, where);
	if (!count && !has_legacy_nat())
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "no address translation here");
	else if (!early)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "address translation (%s) is behind placement=filter",
			   where);
	else
		doctor_say(doctor, DOCTOR_WARNING,
			   "Segments are judged before they are translated: "
			   "records carry the addresses that clients use, and "
			   "the directions of what conntrack has forgotten are "
			   "taken for two connections.",
			   doctor_own_command(command, "set placement=filter"),
			   "placement=early meets address translation (%s)",
			   where);
}

void doctor_flowtable(struct doctor *doctor)
{
	char where[DOCTOR_LINE], command[DOCTOR_COMMAND];
	const json_t *first;
	unsigned int count;

	count = count_rules(doctor, offloads, &first);
	if (!count)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "no flows are offloaded by rules");
	else
		doctor_say(doctor, DOCTOR_WARNING,
			   "Segments of offloaded connections go past tcpward: "
			   "it sees how they begin and end, guards nothing "
			   "between, and cannot tell whether the end is "
			   "forged.",
			   delete_rule(first, command),
			   "%u rule%s offload%s flows to a flowtable (%s)",
			   count, count == 1 ? "" : "s", count == 1 ? "s" : "",
			   chain_text(first, where));
}

/* With a skip_mark somebody has thought of what is not to be judged. */
static enum doctor_level unless_skipped(const struct doctor *doctor)
{
	return !doctor->error && doctor->cfg.skip_mark ? DOCTOR_NOTE :
	       DOCTOR_WARNING;
}

void doctor_synproxy(struct doctor *doctor)
{
	char where[DOCTOR_LINE], command[DOCTOR_COMMAND];
	const json_t *first;
	unsigned int count;

	count = count_rules(doctor, proxies, &first);
	if (!count)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "no connection is opened by SYNPROXY");
	else
		doctor_say(doctor, unless_skipped(doctor),
			   "SYNPROXY changes sequence numbers on the way: such "
			   "connections cannot be followed. Without the rule, "
			   "or taken out by skip_mark, they are left in peace.",
			   delete_rule(first, command),
			   "%u rule%s with synproxy (%s)", count,
			   count == 1 ? "" : "s", chain_text(first, where));
}

/* Of those that rewrite addresses, and so lengths, inside the stream. */
static const char *nat_helper(const struct doctor *doctor)
{
	static const char *const names[] = { "nf_nat_ftp", "nf_nat_irc",
					     "nf_nat_sip", "nf_nat_h323" };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (doctor_has_module(doctor, names[i], false))
			return names[i];
	return NULL;
}

void doctor_helper(struct doctor *doctor)
{
	const char *name = nat_helper(doctor);
	char command[DOCTOR_COMMAND];
	const json_t *first;

	if (!name || !count_rules(doctor, helps, &first))
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "no helper rewrites what is inside a stream");
	else
		doctor_say(doctor, unless_skipped(doctor),
			   "Where it changes an address inside a stream, "
			   "lengths and sequence numbers change on the way: "
			   "such a connection cannot be followed. Without the "
			   "rule, or taken out by skip_mark, it is left in "
			   "peace.",
			   delete_rule(first, command),
			   "the helper %s is loaded, and a rule assigns helpers",
			   name);
}

void doctor_conntrack(struct doctor *doctor)
{
	static const char liberal[] =
		"/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal";
	char where[DOCTOR_LINE], command[DOCTOR_COMMAND];
	const json_t *first;
	unsigned int count;

	count = count_rules(doctor, asks_conntrack, &first);
	if (!count)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "no rule asks conntrack for a state");
	else if (doctor_read_number(liberal, 0))
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "conntrack leaves windows to others (be_liberal)");
	else
		doctor_say(doctor, DOCTOR_NOTE,
			   "conntrack has windows of its own: what is INVALID "
			   "to it can be dropped there although tcpward let it "
			   "pass, and is not counted here.",
			   doctor_net_command(command, "sysctl -w net.netfilter"
					      ".nf_conntrack_tcp_be_liberal=1"),
			   "%u rule%s ask%s conntrack for a state (%s)", count,
			   count == 1 ? "" : "s", count == 1 ? "s" : "",
			   chain_text(first, where));
}
