import {existsSync} from 'node:fs';
import {isAbsolute, join, normalize} from 'node:path';
import {IDENTITY_FILE} from '../../protocols/cloud/enrolment.js';
import {deviceSecrets} from '../config/device-secrets.js';
import {identityFolder} from '../config/identity-folder.js';
import type {SiteConfig} from '../config/schema.js';
import type {SecretReference} from '../config/secrets.js';
import {isInnerPath, type PartRole} from './manifest.js';

/** A file that belongs to a site, beside its database. */
export interface SitePart {
  readonly role: PartRole;
  /** As the backup names it. */
  readonly path: string;
  /** Where it lies, or is to lie. */
  readonly file: string;
}

type PathOf = (path: string) => string;

/** Files beside a database that hold what only its own gateway may use. */
const DATABASE_SECRETS = ['.key', '.pepper'] as const;

/** Files that belong to a database and are of no use to another. */
export const COMPANIONS = ['.epoch', '-wal', '-shm', '.fence', '.grants', '.good'] as const;

/** Where a part of a backup belongs on the machine of this site file; undefined: nowhere. */
export function placeOf(
  {role, path}: Pick<SitePart, 'role' | 'path'>,
  config: SiteConfig,
  pathOf: PathOf,
): string | undefined {
  const database = pathOf(config.database);
  switch (role) {
    case 'site':
      return undefined;
    case 'database':
      return database;
    case 'databaseKey': {
      const suffix = DATABASE_SECRETS.find(one => path === `database${one}`);
      return suffix && `${database}${suffix}`;
    }
    case 'identity':
      return path === `identity/${IDENTITY_FILE}`
        ? join(identityFolder(config, pathOf), IDENTITY_FILE)
        : undefined;
    case 'secret':
      return isInnerPath(path) ? pathOf(path) : undefined;
  }
}

/** Every file of the site that is there, and what is named but cannot travel. */
export function sitePartsOf(
  config: SiteConfig,
  pathOf: PathOf,
): {readonly parts: readonly SitePart[]; readonly left: readonly string[]} {
  const found: Pick<SitePart, 'role' | 'path'>[] = [
    ...DATABASE_SECRETS.map(suffix => ({role: 'databaseKey', path: `database${suffix}`}) as const),
    {role: 'identity', path: `identity/${IDENTITY_FILE}`},
  ];
  const left: string[] = [];
  for (const reference of referencesOf(config)) {
    if ('env' in reference) left.push(`environment variable ${reference.env}`);
    else if (isAbsolute(reference.file)) left.push(`file ${reference.file}`);
    else {
      const path = normalize(reference.file);
      if (!isInnerPath(path)) left.push(`file ${reference.file}`);
      else if (!found.some(one => one.path === path)) found.push({role: 'secret', path});
    }
  }
  const parts = found.flatMap(one => {
    const file = placeOf(one, config, pathOf);
    return file !== undefined && existsSync(file) ? [{...one, file}] : [];
  });
  return {parts, left};
}

function referencesOf(config: SiteConfig): readonly SecretReference[] {
  const {secretKey, cloud, collectors} = config;
  return [
    ...(secretKey ? [secretKey] : []),
    ...(cloud && 'publicKey' in cloud ? [cloud.publicKey] : []),
    ...collectors.flatMap(one => (one.kind === 'smart' ? [one.key] : [])),
    ...deviceSecrets(config).map(({reference}) => reference),
  ];
}
