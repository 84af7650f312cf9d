/** Last part of every topic that a gateway publishes, below `u/`. */
export const UP_NAMES = [
  'st',
  'hello',
  'hb',
  'ev',
  'live',
  'gone',
  'cfg',
  'rev',
  'res',
  'site',
  'notice',
  'bays',
  'csr',
] as const;
export type UpName = (typeof UP_NAMES)[number];

/** Last part of every topic that the cloud publishes, below `d/`. */
export const DOWN_NAMES = [
  'ack',
  'time',
  'cfg',
  'snap',
  'rev',
  'cmd',
  'site',
  'notice',
  'crt',
  'fence',
] as const;
export type DownName = (typeof DOWN_NAMES)[number];

/** One gateway of one tenant, as its topics name it. */
export interface GatewayAddress {
  readonly tenant: string;
  readonly gateway: string;
}

export type Topic = GatewayAddress &
  (
    | {readonly direction: 'up'; readonly name: UpName}
    | {readonly direction: 'down'; readonly name: DownName}
  );

const SEGMENT = /^[A-Za-z0-9_.-]{1,64}$/;

/** True for what may stand as tenant or gateway in a topic: 1-64 of `A-Z a-z 0-9 _ . -`, so that no
 *  name can hold a level separator or a wildcard. */
export function isTopicSegment(text: string): boolean {
  return SEGMENT.test(text);
}

function topic(address: GatewayAddress, direction: 'u' | 'd', name: string): string {
  return `v1/${address.tenant}/${address.gateway}/${direction}/${name}`;
}

/** Topic of a message from the gateway: `v1/{tenant}/{gw}/u/{name}`. @see sync.md 7, topics */
export function upTopic(address: GatewayAddress, name: UpName): string {
  return topic(address, 'u', name);
}

/** Topic of a message to the gateway: `v1/{tenant}/{gw}/d/{name}`. @see sync.md 7, topics */
export function downTopic(address: GatewayAddress, name: DownName): string {
  return topic(address, 'd', name);
}

/** The one filter a gateway subscribes to. */
export function downFilter(address: GatewayAddress): string {
  return topic(address, 'd', '#');
}

/** Read a topic back; undefined for every topic outside the contract. */
export function parseTopic(text: string): Topic | undefined {
  const [version, tenant = '', gateway = '', direction, name, ...rest] = text.split('/');
  if (version !== 'v1' || rest.length > 0) return undefined;
  if (!isTopicSegment(tenant) || !isTopicSegment(gateway)) return undefined;
  const up = UP_NAMES.find(known => known === name);
  if (direction === 'u' && up) return {tenant, gateway, direction: 'up', name: up};
  const down = DOWN_NAMES.find(known => known === name);
  if (direction === 'd' && down) return {tenant, gateway, direction: 'down', name: down};
  return undefined;
}
