#!/bin/sh
# What a change does to every stack: synthesises a git ref and the working tree, and prints `cdk diff` between the two.
# Needs no credentials. Fails if something that is deployed would be deleted or replaced, unless diff.allow names it.
#
#   infra/diff.sh [ref]     default: main
set -eu

ref=${1:-main}
cd "$(dirname "$0")/.."
head=$PWD
work=$head/build/diff
base=$work/source
export PATH="$head/node_modules/.bin:$PATH" CDK_DISABLE_CLI_TELEMETRY=1

# same says whether a file is what it was at the ref.
same() { cmp -s "$head/$1" "$base/$1"; }

checkout() {
	rm -rf "$work"
	mkdir -p "$base"
	git archive --output "$work/source.tar" "$ref"
	tar -xf "$work/source.tar" -C "$base"
	rm "$work/source.tar"

	# What both have in common need not be installed twice.
	if same package-lock.json; then ln -s "$head/node_modules" "$base/node_modules"; else (cd "$base" && npm ci --no-audit --no-fund >&2); fi
	if same functions/package-lock.json; then mkdir -p "$head/build/codecs" "$base/build" && ln -s "$head/build/codecs" "$base/build/codecs"; fi
}

synth() { # directory, output
	echo "diff: synthesising $1" >&2
	(cd "$1" && cdk synth --quiet --output "$2") >"$work/synth.log" 2>&1 || { cat "$work/synth.log" >&2; return 1; }
}

compare() { # stack
	echo
	echo "=== $1: from $ref to the working tree"
	if [ ! -e "$work/head/$1.template.json" ]; then
		echo "The whole stack is gone: cdk deploy would leave it as it is, and cdk destroy no longer knows it."
		return 1
	fi
	# A stack that is new is compared with an empty one.
	[ -e "$work/base/$1.template.json" ] || echo '{"Resources":{}}' >"$work/base/$1.template.json"

	said=$work/$1.diff
	if cdk diff "$1" --exclusively --app "$work/head" --template "$work/base/$1.template.json" \
		--no-notices --no-color --fail-on destructive >"$said" 2>&1; then
		cat "$said"
		return
	fi
	cat "$said"
	# Not zero is either an error or a list of what would go. Everything on the list has to be allowed.
	grep -E "^  $1: " "$said" >"$work/gone" || return 1
	! grep -vEf "$work/allow" "$work/gone" >"$work/refused" || return 1
	echo "All of it is allowed by infra/diff.allow."
}

checkout
sed '/^#/d; /^$/d' infra/diff.allow >"$work/allow"
synth "$base" "$work/base"
synth "$head" "$work/head"

failed=
for stack in $(cd "$work" && ls base/*.template.json head/*.template.json | xargs -n1 basename | sed 's/\.template\.json$//' | sort -u); do
	compare "$stack" || failed="$failed $stack"
done
if [ -n "$failed" ]; then
	echo "diff: failed for$failed: something deployed would be deleted or replaced, see above" >&2
	exit 1
fi
