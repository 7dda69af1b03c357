#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Help, manual page and completion tell the same: all commands and options of
# the tool's tables, and no others.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

PATH=$PWD/build:$PATH
manual=Documentation/man/tcpward.8
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT

same() { # file of wanted words, file of words found
	diff <(sort -u "$1") <(sort -u "$2")
}

commands() {
	tcpward --help | awk '/^commands:/ { on = 1; next } !/^ / { on = 0 }
		on { print $1 }'
}

# Of a command, or of the tool: -c and --count, one a line.
options() { # command or nothing
	tcpward "$@" --help | awk '/^options/ { on = 1; next } !/^ / { on = 0 }
		on { print $1; if ($1 ~ /,$/) print $2 }' | tr -d ,
}

all_options() {
	local command

	options
	for command in $(commands); do
		[ "$command" = help ] || options "$command"
	done
}

# The words of the page, without its markup.
page() {
	sed -E -e '/^\.\\"/d' -e 's/\\f[A-Z]//g' -e 's/\\-/-/g' -e 's/"//g' \
		-e 's/^\.(BR?|BI|I|RI|B) //' "$manual"
}

page_commands() {
	sed -n '/^\.SH COMMANDS/,/^\.SH FILTERS/p' "$manual" |
		grep -A1 '^\.TP' | sed -nE 's/^\.BR? ([a-z]+)( .*|$)/\1/p'
}

page_has_commands() {
	commands >"$tmp/wanted"
	page_commands >"$tmp/found"
	same "$tmp/wanted" "$tmp/found"
}

page_has_options() {
	all_options >"$tmp/wanted"
	page | grep -oE -- '(^|[[ ])--?[a-zA-Z46][a-zA-Z0-9.-]*' | tr -d '[ ' |
		grep -vx -- '-[a-z]\{2,\}' >"$tmp/found"
	same "$tmp/wanted" "$tmp/found"
}

page_has_states() {
	local word

	page >"$tmp/page"
	for word in $(tcpward list --help | sed -nE \
		'/^  state NAME/,/^  src/p' | grep -oE '[a-z]+(-[a-z0-9]+)+|all|closed|closing|connected|established|synchronized'); do
		grep -qE "(^|[ ,])$word([ ,.]|$)" "$tmp/page" ||
			{ echo "$word is missing"; return 1; }
	done
}

page_is_clean() {
	man -l --warnings -E UTF-8 "$manual" 2>"$tmp/warnings" >/dev/null
	! [ -s "$tmp/warnings" ] || { cat "$tmp/warnings"; return 1; }
}

# What completion offers behind these words.
offered() { # words...
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_tcpward
	printf '%s\n' "${COMPREPLY[@]}"
}

completes_commands() {
	commands >"$tmp/wanted"
	offered tcpward '' >"$tmp/found"
	same "$tmp/wanted" "$tmp/found"
}

completes_options() {
	local command

	for command in '' $(commands); do
		[ "$command" != help ] || continue
		options ${command:+"$command"} >"$tmp/wanted"
		offered tcpward ${command:+"$command"} - >"$tmp/found"
		same "$tmp/wanted" "$tmp/found" || return
	done
}

completes_words() {
	[ "$(offered tcpward list state time)" = time-wait ] &&
		[ "$(offered tcpward set mode = e)" = enforce ] &&
		[ "$(offered tcpward set ms)" = msl= ] &&
		[ "$(offered tcpward get pickup)" = pickup ] &&
		[ "$(offered tcpward explain stale)" = stale-syn ] &&
		[ "$(offered tcpward watch reason stale)" = stale-syn ] &&
		[ "$(offered tcpward -N x li)" = list ] &&
		[ "$(offered tcpward --color al)" = always ] &&
		[ "$(offered tcpward list state '' | wc -l)" = 15 ]
}

# Every state and key that completion offers is taken by the tool.
offers_what_is_taken() {
	local word code

	for word in $(offered tcpward list state ''); do
		code=0
		tcpward list state "$word" >"$tmp/out" 2>&1 || code=$?
		[ "$code" != 2 ] || { cat "$tmp/out"; return 1; }
	done
	for word in $(offered tcpward get ''); do
		code=0
		tcpward get "$word" >"$tmp/out" 2>&1 || code=$?
		[ "$code" != 2 ] || { cat "$tmp/out"; return 1; }
	done
}

. tools/packaging/completion/tcpward
ktap_plan 8
ktap_test "the manual page has all commands, no others" page_has_commands
ktap_test "the manual page has all options, no others" page_has_options
ktap_test "the manual page has all states and groups" page_has_states
if command -v man >/dev/null; then
	ktap_test "the manual page formats without a warning" page_is_clean
else
	ktap_skip "the manual page formats without a warning" "man is missing"
fi
ktap_test "completion offers all commands" completes_commands
ktap_test "completion offers all options" completes_options
ktap_test "completion offers keys, values, reasons, states" completes_words
ktap_test "the tool takes what completion offers" offers_what_is_taken
ktap_end
