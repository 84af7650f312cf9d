import {createPrivateKey, X509Certificate} from 'node:crypto';
import {join} from 'node:path';
import type {Clock} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {DAY_MS} from '../../protocols/base/units.js';
import {IDENTITY_FILE} from '../../protocols/cloud/enrolment.js';
import {identityFolder} from '../config/identity-folder.js';
import type {SiteConfig} from '../config/schema.js';
import type {BrokerAddress} from '../platform/broker-probe.js';
import {printedTime} from '../platform/iso-time.js';
import {type CheckResult, type DoctorMachine, fail, ok, warn} from './contract.js';

/** A renewal begins at a third of a year's life; later it is late. */
const SOON_MS = 60 * DAY_MS;
const TLS_PORT = 8883;
const PLAIN_PORT = 1883;

export interface CloudAddress {
  readonly check: CheckResult;
  /** Undefined: there is no way to the cloud. */
  readonly broker: BrokerAddress | undefined;
}

/** Who this gateway is, and where its broker stands. */
export function identityCheck(
  config: SiteConfig,
  pathOf: (path: string) => string,
  machine: DoctorMachine,
): CloudAddress {
  const {cloud} = config;
  if (cloud && 'broker' in cloud) {
    return {
      check: ok('identity', `${cloud.gateway} of ${cloud.tenant}, by the site file`),
      broker: addressOf(cloud.broker),
    };
  }
  const path = join(identityFolder(config, pathOf), IDENTITY_FILE);
  const file = machine.readText(path);
  if (file.kind === 'unreadable') {
    const isMeant = cloud !== undefined;
    const make = isMeant || file.why !== 'ENOENT' ? fail : warn;
    const check = make(
      'identity',
      'doctor/identity',
      `${path}: ${file.why}`,
      'latchkey enroll CODE --cloud URL; without it the site runs alone',
    );
    return {check, broker: undefined};
  }
  return enrolled(path, file.text, machine.clock);
}

interface StoredIdentity {
  readonly gateway: string;
  readonly broker: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

function enrolled(path: string, text: string, clock: Clock): CloudAddress {
  try {
    const {gateway, broker, ca, certificate, key}: StoredIdentity = JSON.parse(text);
    const leaf = new X509Certificate(certificate);
    const address = {...addressOf(broker), ca, certificate, key};
    if (!leaf.checkPrivateKey(createPrivateKey(key))) {
      return {check: identityFault(`${path}: key and certificate do not fit`), broker: address};
    }
    const leftMs = printedTime(leaf.validTo) - clock.wallMs();
    const told = `${gateway}, certificate until ${leaf.validTo}`;
    if (leftMs <= 0) return {check: identityFault(`${told}: it has expired`), broker: address};
    if (leftMs > SOON_MS) return {check: ok('identity', told), broker: address};
    const next = 'let the gateway reach its cloud: it renews the certificate by itself';
    return {
      check: warn('identity', 'doctor/identity', `${told}: its renewal is late`, next),
      broker: address,
    };
  } catch (thrown) {
    return {check: identityFault(`${path}: ${errorText(thrown)}`), broker: undefined};
  }
}

function identityFault(cause: string): CheckResult {
  return fail(
    'identity',
    'doctor/identity',
    cause,
    'enroll the gateway anew: latchkey enroll CODE --cloud URL',
  );
}

function addressOf(broker: string): BrokerAddress {
  const {protocol, hostname, port} = new URL(broker);
  const isTls = protocol === 'mqtts:';
  return {
    host: hostname,
    port: port === '' ? (isTls ? TLS_PORT : PLAIN_PORT) : Number(port),
    isTls,
  };
}

export async function nameCheck(
  {host}: BrokerAddress,
  machine: DoctorMachine,
): Promise<CheckResult> {
  try {
    await machine.resolveName(host);
    return ok('dns', `${host} has an address`);
  } catch (thrown) {
    return fail(
      'dns',
      'doctor/dns',
      `${host}: ${errorText(thrown)}`,
      'look at the name, at /etc/resolv.conf and at the cable to the internet',
    );
  }
}

export async function brokerCheck(
  address: BrokerAddress,
  machine: DoctorMachine,
): Promise<CheckResult> {
  const place = `${address.host}:${address.port}`;
  const facts = await machine.probeBroker(address);
  if (facts.kind === 'unreachable') {
    return fail(
      'broker',
      'doctor/broker',
      `${place}: ${facts.why}`,
      'look at the internet, at firewalls for that port, and whether the broker runs',
    );
  }
  if (facts.kind === 'open') {
    return warn(
      'broker',
      'doctor/broker-plain',
      `${place} answers, without TLS`,
      'use it in a closed network alone; latchkey enroll brings TLS',
    );
  }
  const nowMs = machine.clock.wallMs();
  if (nowMs < facts.validFromMs) {
    return fail(
      'broker',
      'doctor/clock',
      `${place}: its certificate begins in the future, so the clock of this machine is wrong`,
      'set the time, then let a time server keep it',
    );
  }
  if (nowMs > facts.validToMs) {
    return fail(
      'broker',
      'doctor/broker-certificate',
      `${place}: its certificate has expired, or the clock of this machine is wrong`,
      'compare the time of this machine; then renew the certificate of the broker',
    );
  }
  if (facts.nameFault !== undefined) {
    return fail(
      'broker',
      'doctor/broker-certificate',
      `${place}: its certificate is for another name (${facts.nameFault})`,
      'correct the name of the broker, or give it a certificate of that name',
    );
  }
  if (facts.fault !== undefined) {
    return fail(
      'broker',
      'doctor/broker-certificate',
      `${place}: ${facts.fault}`,
      'enroll anew where the cloud has a new authority; otherwise somebody stands in between',
    );
  }
  if (facts.validToMs - nowMs < SOON_MS / 4) {
    return warn(
      'broker',
      'doctor/broker-certificate',
      `${place}: its certificate ends within 15 days`,
      'renew the certificate of the broker',
    );
  }
  return ok('broker', `${place}, TLS, certificate good`);
}
