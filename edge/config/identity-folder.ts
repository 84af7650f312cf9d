import {dirname, join} from 'node:path';
import type {SiteConfig} from './schema.js';

const USUAL_NAME = 'identity';

/** Where the identity of this gateway lies, or would: where the site file says, else beside the database. */
export function identityFolder(
  {cloud, database}: Pick<SiteConfig, 'cloud' | 'database'>,
  pathOf: (path: string) => string,
): string {
  if (cloud && 'identity' in cloud) return pathOf(cloud.identity);
  return join(dirname(pathOf(database)), USUAL_NAME);
}
