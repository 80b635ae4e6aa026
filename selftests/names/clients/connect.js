// SPDX-License-Identifier: GPL-2.0
// connect.js {TIMES HOST}...: as lookup.c, by both of Node's ways: c-ares, and the C library's.
const dns = require("dns").promises;
const net = require("net");

const ways = [
	async (host) => (net.isIP(host) ? host : (await dns.resolve4(host))[0]),
	async (host) => (await dns.lookup(host)).address,
];

function connect(address) {
	return new Promise((resolve, reject) => {
		const socket = net.connect(80, address, () => {
			socket.destroy();
			resolve();
		});
		socket.on("error", reject);
	});
}

// What each way says, as one may know a name that the other does not.
async function say(times, host) {
	const said = [];
	for (const way of ways) {
		try {
			for (let i = 0; i < times; i++)
				await connect(await way(host));
		} catch (error) {
			said.push(`${error.code} ${error.message}`);
		}
	}
	console.log(said.join(", ") || `${times} of ${times}`);
}

(async () => {
	for (let i = 2; i < process.argv.length; i += 2)
		await say(Number(process.argv[i]), process.argv[i + 1]);
})();
