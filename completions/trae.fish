# Completion of trae for fish: every candidate comes from the program's own table.
function __trae_complete
	set -l words (commandline -opc) (commandline -ct)
	for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
		if test "$line" = ":file"
			__fish_complete_path (commandline -ct)
		else
			echo $line
		end
	end
end
complete -c trae -f -a '(__trae_complete)'
