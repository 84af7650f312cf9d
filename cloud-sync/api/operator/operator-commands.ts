import {renderUnicodeCompact} from 'uqr';
import type {OperatorClient} from './operator-client.js';

/** What a command prints: lines for people, or the answer as one line of JSON. */
export interface Told {
  readonly lines: readonly string[];
  readonly json: object;
  /** Left out: 0. */
  readonly exitCode?: 0 | 1;
}

export interface SiteWish {
  readonly name: string;
  readonly kind: string;
  readonly zone: string;
  readonly address?: string | undefined;
  /** Degrees. */
  readonly lat?: number | undefined;
  readonly lng?: number | undefined;
  /** Gateways that serve it. */
  readonly gateways: readonly string[];
}

export interface KeyWish {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Left out: all. */
  readonly sites?: readonly string[] | undefined;
  readonly expiresMs?: number | undefined;
}

const ONCE = 'Keep it now: it is shown this once.';

export async function createTenant(
  client: OperatorClient,
  id: string,
  name: string,
): Promise<Told> {
  const made = await client.ask<{key: string}>('POST', '/v1/tenants', {id, name});
  return {json: made, lines: [`tenant ${id}`, `key ${made.key}`, ONCE]};
}

export async function createSite(
  client: OperatorClient,
  id: string,
  {gateways, lat, lng, address = '', ...wish}: SiteWish,
): Promise<Told> {
  const place = {latE7: e7(lat), lngE7: e7(lng)};
  const site = await client.ask<object>('POST', '/v1/sites', {id, ...wish, address, ...place});
  for (const gateway of gateways) await client.ask('PUT', gatewayPath(id, gateway));
  const served = gateways.length === 0 ? [] : [`served by ${gateways.join(', ')}`];
  return {json: {...site, gateways}, lines: [`site ${id} (${wish.kind}, ${wish.zone})`, ...served]};
}

/** With the key of whoever runs the cloud, also to a site of another tenant. */
export async function giveGateway(
  client: OperatorClient,
  site: string,
  gateway: string,
): Promise<Told> {
  const path = gatewayPath(site, gateway);
  const {gateways} = await client.ask<{gateways: readonly string[]}>('PUT', path);
  return {json: {site, gateways}, lines: [`site ${site} is served by ${gateways.join(', ')}`]};
}

function gatewayPath(site: string, gateway: string): string {
  return `/v1/sites/${encodeURIComponent(site)}/gateways/${encodeURIComponent(gateway)}`;
}

export async function createKey(client: OperatorClient, wish: KeyWish): Promise<Told> {
  const {name, scopes, sites = null, expiresMs = null} = wish;
  const body = {name, scopes, sites, expiresMs};
  const made = await client.ask<{id: string; key: string}>('POST', '/v1/keys', body);
  return {json: made, lines: [`key ${made.key}`, ONCE, `To revoke it: its id is ${made.id}.`]};
}

/** A one-time code for `latchkey enroll`, to be typed or scanned. */
export async function enrolCode(client: OperatorClient, gateway: string): Promise<Told> {
  const path = `/v1/gateways/${encodeURIComponent(gateway)}/enrollment-codes`;
  const made = await client.ask<{code: string; expiresMs: number}>('POST', path);
  return {
    json: made,
    lines: [
      renderUnicodeCompact(made.code),
      made.code,
      `Good once, for 15 minutes: latchkey enroll ${made.code} --cloud URL`,
    ],
  };
}

function e7(degrees: number | undefined): number | null {
  return degrees === undefined ? null : Math.round(degrees * 1e7);
}
