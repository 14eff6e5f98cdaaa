#!/usr/bin/env bats
# What a short command costs, in what can be counted again.
load helper

@test "the program exports what its modules call and no more" {
	nm "$TRAE" | awk '$2 ~ /[TDBR]/ { print $3 }' | sort >defined
	nm -D --defined-only "$TRAE" | awk '{ print $3 }' | sort >exported
	nm -D --undefined-only "$BUILD"/libexec/*.so | awk '$1 == "U" { print $2 }' | sort -u >called
	comm -12 called defined >wanted
	[ -s wanted ]
	diff -u wanted exported
}
