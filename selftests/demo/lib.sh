# SPDX-License-Identifier: GPL-2.0
# What the scenes share: the stage, typing commands and showing what they say,
# and checking that a scene shows what it says. Sourced.

. selftests/lib/defer.sh
DEMO_WEB=${WEB-}
. selftests/lib/net.sh
. selftests/lib/web.sh
NS_CLIENT=client
NS_ROUTER=router
NS_SERVER=server
WEB=$DEMO_WEB
BOLD= FAINT= GREEN= RED= PLAIN=
if [ "$DEMO_COLOR" = always ]; then
	BOLD=$'\e[1m' FAINT=$'\e[2m' GREEN=$'\e[32m' RED=$'\e[31m'
	PLAIN=$'\e[m'
fi
export COLUMNS=100
export PATH=$PWD/build/demo:$PATH
SHOWN=$(mktemp -d)	# what commands said, by name; `last` of `run`
defer rm -rf "$SHOWN"

scene() { # number, title
	printf '\n%s== %s. %s ' "$BOLD" "$1" "$2"
	printf '=%.0s' $(seq $((90 - ${#2})))
	printf '%s\n' "$PLAIN"
	SCENE=$1
}

# An empty line, but none between commands that had nothing to say.
silent=
gap() {
	if [ -z "$silent" ]; then
		echo
	fi
	silent=
}

say() {
	silent=
	gap
	fmt -w 96 <<<"$*"
}

prompt() { # command line, remark
	gap
	printf '%s$ %s%s%s\n' "$BOLD" "$1" "$PLAIN" \
		"${2:+   $FAINT# $2$PLAIN}"
	silent=1
}

# Types a command line, runs it and shows what it says.
run() { # command line, remark
	local code=0

	prompt "$@"
	eval "$1" >"$SHOWN/last" 2>&1 || code=$?
	cat "$SHOWN/last"
	if [ -s "$SHOWN/last" ]; then
		silent=
	fi
	if [ "$code" != 0 ]; then
		failed "'$1' returned $code"
	fi
}

declare -A windows

# Starts a command line in "another window"; `shown NAME` tells what it said.
window() { # name, command line
	prompt "$2" "in another window"
	eval "exec $2" >"$SHOWN/$1" 2>&1 &
	windows[$1]=$!
	defer close_window "$1"
	case $2 in
	*' watch '* | *' trace '*)
		busywait 10 subscribed "${windows[$1]}" ||
			failed "'$2' does not watch: $(cat "$SHOWN/$1")" ;;
	esac
}

# Whether a process hears a multicast group of generic netlink (family 16).
subscribed() { # process
	awk '$2 == 16 && $4 ~ /[1-9a-f]/ { found = 1 } END { exit !found }' \
		"/proc/$1/net/netlink"
}

close_window() { # name
	if [ -n "${windows[$1]-}" ]; then
		kill "${windows[$1]}" 2>/dev/null || true
		wait "${windows[$1]}" || true
		windows[$1]=
	fi
}

running() { # name
	[ -e "/proc/${windows[$1]}/exe" ] # a dead one has none
}

# Waits until what runs in a window has ended well.
finished() { # name
	prompt wait "for the other window"
	wait "${windows[$1]}" || failed "it returned $?: $(cat "$SHOWN/$1")"
	windows[$1]=
}

shown() { # name, heading
	silent=
	gap
	echo "$FAINT# $2$PLAIN"
	cat "$SHOWN/$1"
}

# Waits until a window has said it.
said() { # name, extended regular expression
	busywait 15 grep -qE "$2" "$SHOWN/$1" ||
		failed "no '$2' in: $(cat "$SHOWN/$1")"
}

failed() { # what
	trap - ERR
	echo "${RED}Scene $SCENE does not show it: $*$PLAIN" >&"$audience"
	exit 1
}

set -E
exec {audience}>&1		# whatever a check does with its own output
trap 'failed "line $LINENO: $BASH_COMMAND"' ERR

# A claim of the scene, and the command that must succeed for it to hold.
check() { # claim, command...
	local claim=$1

	shift
	"$@" >"$SHOWN/check" 2>&1 ||
		failed "$claim ($*: $(head -c 1000 "$SHOWN/check"))"
	silent=
	printf '%s  ok%s  %s\n' "$GREEN" "$PLAIN" "$claim"
}

# Holds a jq expression true against JSON.
holds() { # expression, JSON text
	jq -e "$1" >/dev/null <<<"$2" || {
		printf '%s is not true of %s\n' "$1" "$2"
		return 1
	}
}

# The texts appear in what was shown, in this order; two may share a line.
in_order() { # name, texts...
	local IFS='|'

	awk -v texts="${*:2}" '
		BEGIN { n = split(texts, t, "|"); i = 1 }
		{ while (i <= n && index($0, t[i])) i++ }
		END { if (i <= n) { print "missing:", t[i]; exit 1 } }
	' "$SHOWN/$1"
}

see() { # what to see
	printf '\n%s\n' "$BOLD>> $(fmt -w 93 <<<"$*" | sed '2,$s/^/   /')$PLAIN"
}

narrow() { # name: no line is wider than 100 columns
	[ "$(sed 's/\x1b\[[0-9;]*m//g' "$SHOWN/$1" | wc -L)" -le 100 ]
}

status() { # namespace
	tcpward -N "$1" -j status
}

# How often a reason was counted in a namespace.
count() { # namespace, reason
	status "$1" | jq ".reasons[\"$2\"] // 0"
}
