// Passes requests on to TARGET with a key, for clients that have no place for one: node keyed.js TARGET.
// The key comes in KEY; it prints "ready PORT". All else, Host and Origin too, is passed on as it came.
const http = require("node:http");

const target = new URL(process.argv[2]);

const server = http.createServer((request, response) => {
	const headers = { ...request.headers, authorization: `Bearer ${process.env.KEY}` };
	const on = http.request({ host: target.hostname, port: target.port, path: request.url,
		method: request.method, headers }, (answer) => {
		response.writeHead(answer.statusCode, answer.headers);
		response.flushHeaders();
		answer.pipe(response);
	});
	on.on("error", () => response.destroy());
	response.on("close", () => on.destroy());
	request.pipe(on);
});

server.listen(0, "127.0.0.1", () => console.log(`ready ${server.address().port}`));
