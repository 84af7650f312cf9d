import {BlockList, isIP} from 'node:net';

/**
 * Networks that are nobody's place in the internet. A webhook into one of them would let a tenant ask
 * questions of the operator's own machines.
 * Source: IANA IPv4 and IPv6 Special-Purpose Address Registries.
 */
const PRIVATE_NETS: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Of IPv6 only what is given out to the world is taken: all else is refused, translations too. */
const PUBLIC_NETS_6: readonly (readonly [string, number])[] = [['2000::', 3]];
const PRIVATE_NETS_6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const [private4, public6, private6] = [
  listOf(PRIVATE_NETS, 'ipv4'),
  listOf(PUBLIC_NETS_6, 'ipv6'),
  listOf(PRIVATE_NETS_6, 'ipv6'),
];

function listOf(nets: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [net, bits] of nets) list.addSubnet(net, bits, family);
  return list;
}

/** May a message be sent to this address? */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !private4.check(address, 'ipv4');
    case 6:
      return public6.check(address, 'ipv6') && !private6.check(address, 'ipv6');
    default:
      return false;
  }
}

export type TargetFault =
  | 'not a URL'
  | 'not https'
  | 'a name and password in the URL'
  | 'a port other than 443'
  | 'an address inside of a private network';

/** What speaks against a URL as it is written; where its name leads is looked at with each connection. */
export function targetFault(text: string): TargetFault | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'not a URL';
  }
  if (url.protocol !== 'https:') return 'not https';
  if (url.username !== '' || url.password !== '') return 'a name and password in the URL';
  if (url.port !== '' && url.port !== '443') return 'a port other than 443';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isName = isIP(host) === 0;
  const isHome = /(?:^|\.)(?:localhost|local|internal|home\.arpa)\.?$/i.test(host);
  if (isName ? isHome || !host.includes('.') : !isPublicAddress(host)) {
    return 'an address inside of a private network';
  }
  return undefined;
}
