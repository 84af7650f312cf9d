import {BlockList, isIP} from 'node:net';

/** Proxies whose word about the other end is taken. */
export type TrustedProxies = Pick<BlockList, 'check'>;

/** Of addresses and CIDR ranges; undefined: one of `texts` is neither. */
export function trustedProxiesOf(texts: readonly string[]): TrustedProxies | undefined {
  const list = new BlockList();
  for (const text of texts) {
    const [, address = '', digits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    const bits = isIP(address) === 6 ? 128 : 32;
    const prefix = digits === undefined ? bits : Number(digits);
    if (isIP(address) === 0 || prefix > bits) return undefined;
    list.addSubnet(address, prefix, familyOf(address));
  }
  return list;
}

/**
 * Who asks, where proxies stand between: each of them adds on the right whom it heard, so that what stands
 * left of the first one that nobody trusts could be written by anybody. `socket`: the other end of it.
 */
export function clientAddress(
  socket: string | undefined,
  forwardedFor: string | undefined,
  proxies: TrustedProxies | undefined,
): string | undefined {
  if (socket === undefined || forwardedFor === undefined || !proxies) return socket;
  const hops = forwardedFor.split(',');
  let known = socket;
  while (isIP(known) !== 0 && proxies.check(known, familyOf(known))) {
    const hop = bare(hops.pop() ?? '');
    if (isIP(hop) === 0) break;
    known = hop;
  }
  return known;
}

/** Some write the port too: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function bare(hop: string): string {
  const text = hop.trim();
  return /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
