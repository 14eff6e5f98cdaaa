# Holds object files to tests/rooms.txt. Input: rooms.txt, then lines "PATH TYPE SYMBOL" of nm.
# PATH is like obj/lib/ROOM/file.o or obj/cmd/file.o.
function room_of(path,    p) {
	p = path
	sub(/.*obj\//, "", p)
	if (p ~ /^cmd\/main\.o$/)
		return "main"
	if (p ~ /^cmd\//)
		return "cmd"
	sub(/^lib\//, "", p)
	sub(/\/.*/, "", p)
	return p
}
function may(list, path,    n, words, i) {
	n = split(list, words, " ")
	for (i = 1; i <= n; i++)
		if (index(path, "/" words[i] "/") || index(path, "/" words[i] "."))
			return 1
	return 0
}
FILENAME ~ /rooms\.txt$/ {
	if ($1 == "floor")
		for (i = 3; i <= NF; i++)
			floor[$i] = $2
	if ($1 == "reach")
		for (i = 3; i <= NF; i++)
			reach[$2, $i] = 1
	if ($1 == "guard") {
		guards++
		pattern[guards] = $2
		for (i = 3; i <= NF; i++)
			allowed[guards] = allowed[guards] " " $i
	}
	next
}
{
	room = room_of($1)
	if (!(room in floor)) {
		print "no floor for room " room " (" $1 ")"
		bad++
		floor[room] = 0
	}
	if ($2 ~ /^[TDRBVWC]$/)
		home[$3] = room
	else if ($2 == "U") {
		used++
		path[used] = $1
		symbol[used] = $3
	}
}
END {
	for (i = 1; i <= used; i++) {
		room = room_of(path[i])
		s = symbol[i]
		if (s in home) {
			from = home[s]
			if (from != room && floor[from] >= floor[room] && !((s, room) in reach)) {
				print path[i] ": room " room " (floor " floor[room] ") reaches " s " of room " from " (floor " floor[from] ")"
				bad++
			}
			continue
		}
		for (g = 1; g <= guards; g++)
			if (s ~ pattern[g] && !may(allowed[g], path[i])) {
				print path[i] ": " s " is not for this room"
				bad++
			}
	}
	print (bad + 0) " breaches in " used " references"
	exit bad > 0
}
