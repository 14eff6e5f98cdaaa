#compdef trae
# Completion of trae for zsh: every candidate comes from the program's own table.
_trae() {
	local line word about
	local -a found

	while IFS= read -r line; do
		word=${line%%$'\t'*}
		about=${line#*$'\t'}
		if [[ $word == :file ]]; then
			_files
		else
			found+=("${word//:/\\:}${about:+:$about}")
		fi
	done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
	_describe 'trae' found
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
	_trae "$@"
else
	compdef _trae trae
fi
