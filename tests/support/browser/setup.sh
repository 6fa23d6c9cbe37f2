# SPDX-License-Identifier: MIT
# A browser for test scripts, and playwright-core to drive it. Source it after
# shell.sh, with $scripts, this folder.

# Sets BROWSER and NPM_FOLDER, and $browser_short, a folder to be removed; or
# returns 1 and says in $browser_missing what is not there.
browser_set_up() {
	browser_missing='no chromium'
	BROWSER=
	for name in chromium chromium-browser google-chrome; do
		BROWSER=$(command -v "$name") && break
	done
	[ -n "$BROWSER" ] || return 1
	browser_missing='no node'
	command -v node >/dev/null 2>&1 || return 1
	browser_missing='no npm'
	command -v npm >/dev/null 2>&1 || return 1
	NPM_FOLDER=$work/npm
	mkdir "$NPM_FOLDER"
	browser_missing='npm has no playwright-core here'
	(cd "$NPM_FOLDER" && timeout 60 npm install --ignore-scripts \
		--no-audit --no-fund --cache "$work/npm-cache" \
		playwright-core@1.65.1) >"$work/npm.log" 2>&1 || return 1
	# Its sockets lie below TMPDIR, and their paths may have 107 bytes.
	browser_missing='no /tmp for chromium'
	browser_short=$(mktemp -d /tmp/obXXXXXX 2>/dev/null) || return 1
	export BROWSER NPM_FOLDER
	in_browser starts.mjs >"$work/starts" 2>&1 && return 0
	browser_missing="chromium does not start: $(grep -m 1 . "$work/starts")"
	rm -rf "$browser_short"
	return 1
}

# in_browser SCRIPT ARGUMENT ...
in_browser() {
	program=$1
	shift
	TMPDIR=$browser_short timeout 300 node "$scripts/$program" "$@"
}
