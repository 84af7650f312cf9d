import {readFileSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {connect, createServer} from 'node:tls';
import type {Fleet} from './fleet-certificates.js';

const HANDSHAKES = 400;
/** As many as wait for each other in a storm; more do not make it faster. */
const AT_ONCE = 16;

/** Bare TLS with certificates on both sides, nothing above it: what this machine can do at best when
 *  both ends share it. */
export async function handshakesPerS(fleetFile: string, server: ServerFiles): Promise<number> {
  const fleet = JSON.parse(readFileSync(fleetFile, 'utf8')) as Fleet;
  const listener = createServer({
    ...{cert: readFileSync(server.certificate), key: readFileSync(server.key), ca: fleet.ca},
    ...{requestCert: true, rejectUnauthorized: true},
  });
  listener.on('secureConnection', socket => {
    socket.on('error', () => {});
    socket.end();
  });
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve));
  const {port} = listener.address() as AddressInfo;
  const startMs = performance.now();
  let left = HANDSHAKES;
  const knock = async () => {
    while (left > 0) {
      left -= 1;
      await handshake(port, fleet, left);
    }
  };
  await Promise.all(Array.from({length: AT_ONCE}, knock));
  const tookMs = performance.now() - startMs;
  await new Promise<void>(resolve => listener.close(() => resolve()));
  return (HANDSHAKES * 1000) / tookMs;
}

export interface ServerFiles {
  readonly certificate: string;
  readonly key: string;
}

function handshake(port: number, {ca, key, gateways}: Fleet, index: number): Promise<void> {
  const cert = gateways[index % gateways.length]?.certificate;
  return new Promise((resolve, reject) => {
    const socket = connect({host: '127.0.0.1', port, ca, key, ...(cert && {cert})});
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.resume();
  });
}
