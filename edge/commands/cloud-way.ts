import {join} from 'node:path';
import type {Millis, Timer} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import {IDENTITY_FILE} from '../../protocols/cloud/enrolment.js';
import {identityFolder} from '../config/identity-folder.js';
import type {SiteConfig} from '../config/schema.js';
import {resolveSecret, type SecretReader} from '../config/secrets.js';
import type {Log} from '../platform/log.js';
import type {CommandMachine} from './command.js';

/** How a site reaches its cloud: as its file says, or as the identity in a folder does. */
export type CloudWay =
  | {
      readonly kind: 'explicit';
      readonly broker: string;
      readonly tenant: string;
      readonly gateway: string;
      readonly publicKeyPem: string;
    }
  | {readonly kind: 'identity'; readonly folder: string};

interface WayParts {
  readonly pathOf: (path: string) => string;
  readonly secrets: SecretReader;
  readonly machine: Pick<CommandMachine, 'readText' | 'clock'> & {readonly log: Log};
}

/** Somebody who has just typed `latchkey enroll` waits no longer than this. */
const LOOK_EVERY_MS: Millis = 10 * SECOND_MS;

/** The way to the cloud; undefined while the gateway was never enrolled.
 *  @throws ConfigError `config/secret-missing` */
export function cloudWay(
  config: SiteConfig,
  {pathOf, secrets, machine}: WayParts,
): CloudWay | undefined {
  const {cloud} = config;
  if (cloud && 'broker' in cloud) {
    const {broker, tenant, gateway, publicKey} = cloud;
    const publicKeyPem = resolveSecret(publicKey, 'cloud.publicKey', secrets);
    return {kind: 'explicit', broker, tenant, gateway, publicKeyPem};
  }
  const folder = identityFolder(config, pathOf);
  const isEnrolled = machine.readText(join(folder, IDENTITY_FILE)).kind === 'text';
  return isEnrolled ? {kind: 'identity', folder} : undefined;
}

/** The name under which a gateway was enrolled; undefined for any other. */
export function enrolledName(
  way: CloudWay | undefined,
  {readText}: Pick<CommandMachine, 'readText'>,
): string | undefined {
  if (way?.kind !== 'identity') return undefined;
  const file = readText(join(way.folder, IDENTITY_FILE));
  const name = file.kind === 'text' ? /"gateway": ?"([A-Za-z0-9_.-]+)"/.exec(file.text) : null;
  return name?.[1];
}

/** Look for an identity until there is one, so that enrolling needs no restart; the result ends it. */
export function awaitIdentity(
  parts: WayParts & {
    readonly config: SiteConfig;
    readonly connect: (way: CloudWay) => Promise<void>;
  },
): () => void {
  const {config, connect, machine} = parts;
  let timer: Timer;
  const look = (): void => {
    timer = machine.clock.timer('identity', LOOK_EVERY_MS, () => {
      const way = cloudWay(config, parts);
      if (!way) return look();
      connect(way).catch(thrown => {
        machine.log.error('identity.unusable', {error: errorText(thrown)});
        look();
      });
    });
  };
  look();
  return () => timer.cancel();
}
