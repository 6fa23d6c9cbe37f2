# SPDX-License-Identifier: MIT
# Completion for bash. It asks the program itself, so it never grows stale.

_ordeal() {
	local word=${COMP_WORDS[COMP_CWORD]} previous command program words
	previous=${COMP_WORDS[COMP_CWORD - 1]}
	program=${COMP_WORDS[0]}
	command=${COMP_WORDS[1]-}
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words="--help --version $("$program" --help 2>/dev/null |
			sed -n 's/^  \([a-z]*\) .*/\1/p')"
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
		return
	fi
	case $previous in
	--target | --workload | --checker)
		words=$("$program" list "${previous#--}s" --names 2>/dev/null) ;;
	--faults)
		words=$("$program" list faults --names 2>/dev/null) ;;
	--model)
		words=$("$program" list models --names 2>/dev/null) ;;
	*)
		case $command:$word in
		*:-*)
			words=$("$program" "$command" --help 2>/dev/null |
				grep -o -- '--[a-z][a-z.-]*' | sort -u) ;;
		list:*)
			words='targets workloads faults checkers models' ;;
		explain:*)
			words=$("$program" explain --help 2>/dev/null |
				sed -n 's/^  \([A-Za-z0-9-]*\)$/\1/p') ;;
		cluster:*)
			words='up down status exec ssh' ;;
		check:* | convert:* | export:* | report:* | show:* | diff:* | ops:*)
			words=latest ;;
		*)
			words= ;;
		esac ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -o default -F _ordeal ordeal
