// An authorization server that nobody here wrote, and tokens as an attacker would make them: node issuer.js
// RESOURCE. Prints "ready PORT". POST /token is the server's own (client_credentials); GET /forge?how=X
// gives a token signed with its key that differs in X from a good one.
const http = require("node:http");
const crypto = require("node:crypto");

const resource = process.argv[2];
const pair = (type, options) => crypto.generateKeyPairSync(type, options);
const rsa = pair("rsa", { modulusLength: 2048 }), ec = pair("ec", { namedCurve: "P-256" });
const weak = pair("rsa", { modulusLength: 1024 }), other = pair("rsa", { modulusLength: 2048 });
const jwk = (key, more) => ({ ...key.export({ format: "jwk" }), use: "sig", ...more });
const b64 = (o) => Buffer.from(JSON.stringify(o)).toString("base64url");

let issuer;

function sign(header, claims, key) {
	const text = `${b64(header)}.${b64(claims)}`;
	if (header.alg === "none")
		return `${text}.`;
	if (header.alg.startsWith("HS"))
		return `${text}.${crypto.createHmac("sha256", key).update(text).digest("base64url")}`;
	return `${text}.${crypto.sign(header.alg === "RS512" ? "sha512" : "sha256", Buffer.from(text),
		{ key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

function forge(how) {
	const now = Math.floor(Date.now() / 1000);
	const header = { alg: "RS256", kid: "rsa", typ: "at+jwt" };
	const claims = { iss: issuer, aud: resource, sub: "someone", exp: now + 600, iat: now, scope: "operator" };
	const good = () => sign(header, claims, rsa.privateKey);
	const claim = (more) => sign(header, { ...claims, ...more }, rsa.privateKey);
	const head = (more, key) => sign({ ...header, ...more }, claims, key);
	const pem = rsa.publicKey.export({ type: "spki", format: "pem" });
	return {
		good: good,
		es256: () => head({ alg: "ES256", kid: "ec" }, ec.privateKey),
		list: () => claim({ aud: ["https://other.example", resource] }),
		admin: () => claim({ scope: "viewer admin" }),
		reader: () => claim({ scope: "" }),
		aud: () => claim({ aud: "https://other.example" }),
		longer: () => claim({ aud: `${resource}x` }),
		scheme: () => claim({ aud: 'https:' }),
		noaud: () => claim({ aud: undefined }),
		iss: () => claim({ iss: `${issuer}/` }),
		expired: () => claim({ exp: now - 60 }),
		forever: () => claim({ exp: undefined }),
		early: () => claim({ nbf: now + 600 }),
		nobody: () => claim({ sub: undefined }),
		newline: () => claim({ sub: "a\nb" }),
		none: () => head({ alg: "none" }),
		hs256: () => head({ alg: "HS256" }, pem),
		rs512: () => head({ alg: "RS512" }, rsa.privateKey),
		mixed: () => head({ alg: "ES256", kid: "rsa" }, ec.privateKey),
		stranger: () => head({}, other.privateKey),
		weak: () => head({ kid: "weak" }, weak.privateKey),
		unknown: () => head({ kid: "unknown" }, rsa.privateKey),
		crit: () => head({ crit: ["exp"], exp: 1 }, rsa.privateKey),
		changed: () => good().replace(/\.[^.]*\./, `.${b64({ ...claims, scope: "admin" })}.`),
		cut: () => good().slice(0, -1),
	}[how]();
}

async function run() {
	const { default: Provider } = require("oidc-provider");
	let handle;
	const server = http.createServer((request, response) => {
		const at = new URL(request.url, "http://127.0.0.1");
		if (at.pathname === "/forge")
			response.end(forge(at.searchParams.get("how")));
		else
			handle(request, response);
	});

	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	issuer = `http://127.0.0.1:${server.address().port}`;
	handle = new Provider(issuer, {
		clients: [{ client_id: "machine", client_secret: "machine-secret-of-the-tests", redirect_uris: [],
			response_types: [], grant_types: ["client_credentials"] }],
		jwks: { keys: [jwk(rsa.privateKey, { kid: "rsa", alg: "RS256" }),
			jwk(ec.privateKey, { kid: "ec", alg: "ES256" }), jwk(weak.privateKey, { kid: "weak" })] },
		scopes: ["viewer", "operator"],
		features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true },
			resourceIndicators: { enabled: true, getResourceServerInfo: (context, indicator) => ({
				scope: "viewer operator", audience: indicator, accessTokenFormat: "jwt",
				jwt: { sign: { alg: "ES256" } } }) } },
	}).callback();
	console.log(`ready ${server.address().port}`);
}

run();
