# SPDX-License-Identifier: GPL-2.0
# What the tests of `tcpward probe` share: its JSON in $work/json, its text in
# $work/text. Sourced by scripts that have set $work.

# probe_exits WANTED OUTPUT COMMAND...: stdout to OUTPUT, stderr to $work/err.
probe_exits() {
	local wanted=$1 output=$2 code=0

	shift 2
	"$@" >"$output" 2>"$work/err" || code=$?
	[ "$code" = "$wanted" ] || {
		echo "exit code $code, wanted $wanted"
		cat "$output" "$work/err"
		return 1
	}
}

# holds EXPRESSION: in Python, over d (document) and r (its requests).
holds() {
	/usr/bin/python3 - "$work/json" "$1" <<-'EOF'
	import json, sys
	d = json.load(open(sys.argv[1]))
	r = d.get("requests")
	def codes(i=0):
	    return sorted({v["code"] for v in r[i]["tls"]["verify"]})
	def phases(i=0):
	    return r[i]["phases_us"]
	if not eval("(" + sys.argv[2] + ")"):
	    print("not so:", sys.argv[2])
	    print(json.dumps(d, indent=1))
	    sys.exit(1)
	EOF
}

says() { # words in $work/text
	local words

	for words in "$@"; do
		tr -s ' \n' ' ' <"$work/text" | grep -qF -- "$words" || {
			echo "does not say: $words"
			cat "$work/text"
			return 1
		}
	done
}
