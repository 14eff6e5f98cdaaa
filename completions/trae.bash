# Completion of trae for bash: every candidate comes from the program's own table.
_trae() {
	local line word
	local -a words=("${COMP_WORDS[@]:1:COMP_CWORD}")

	COMPREPLY=()
	while IFS= read -r line; do
		word=${line%%$'\t'*}
		if [ "$word" = :file ]; then
			compopt -o default
		else
			COMPREPLY+=("$word")
		fi
	done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
}
complete -F _trae trae
