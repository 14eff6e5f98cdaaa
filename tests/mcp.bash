# Talking MCP: mcp METHOD PARAMS [CURL OPTION...] asks POST /mcp in the modern era, old the same in the
# legacy one; both leave the answer in body and its status in status.
load serve

CAN='{}'
META='"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":'

meta() { printf '{%s%s}' "$META" "$CAN"; }

message() { # ID METHOD PARAMS: modern
	jq -nc --arg method "$2" --argjson id "$1" --argjson params "$3" --argjson meta "$(meta)" \
		'{jsonrpc: "2.0", id: $id, method: $method, params: ($params + {_meta: ($meta + ($params._meta // {}))})}'
}

old_message() { # ID METHOD PARAMS: legacy
	jq -nc --arg method "$2" --argjson id "$1" --argjson params "$3" \
		'{jsonrpc: "2.0", id: $id, method: $method, params: $params}'
}

mcp_post() { # BODY [CURL OPTION...]
	local body=$1
	shift
	request POST "${MCP:-/mcp}" -H 'Content-Type: application/json' \
		-H 'Accept: application/json, text/event-stream' -d "$body" "$@" >/dev/null
}

mcp() {
	local method=$1 params=$2 name
	shift 2
	name=$(jq -r '.name // .uri // .taskId // ""' <<<"$params")
	mcp_post "$(message 1 "$method" "$params")" -H 'MCP-Protocol-Version: 2026-07-28' \
		-H "Mcp-Method: $method" ${name:+-H "Mcp-Name: $name"} "$@"
}

old() {
	local method=$1 params=$2
	shift 2
	mcp_post "$(old_message 1 "$method" "$params")" "$@"
}

call() { # TOOL ARGUMENTS [CURL OPTION...]
	local tool=$1 arguments=$2
	shift 2
	mcp tools/call "$(jq -nc --arg name "$tool" --argjson arguments "$arguments" \
		'{name: $name, arguments: $arguments}')" "$@"
}
