import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {recordOf, recordPath} from '../../edge/runtime/site-config/site-files.js';
import {siteTextHash} from '../../protocols/cloud/site-config.js';
import type {Note} from './notes.js';

const SITE_FILE = 'site.yaml';

/**
 * Judges the site file in `folder` as a disk held it after a cut: one of the `known` whole files, by
 * hash, and whatever a person was told of one before the cut is on record.
 */
export function judgeSiteFile(
  folder: string,
  notes: readonly Note[],
  known: ReadonlySet<string>,
): readonly string[] {
  const path = join(folder, SITE_FILE);
  const [inForce, record] = [read(path), read(recordPath(path))];
  if (inForce === undefined) return ['there is no site file'];
  const problems: string[] = [];
  const sha = siteTextHash(inForce);
  if (!known.has(sha)) problems.push(`the site file is no whole one: ${inForce.length} bytes`);
  const told = notes.flatMap(note => (note.kind === 'siteFile' ? [note] : []));
  const last = told.at(-1);
  if (!last) return problems;
  const kept = record === undefined ? undefined : recordOf(record);
  if (!kept) return [...problems, `told ${last.result}, and the record is lost`];
  for (const {sha: named, result} of told) {
    const ends = kept.history.filter(entry => entry.sha === named).map(entry => entry.result);
    const isKept = result === 'staged' ? kept.trial?.sha === named : ends.includes(result);
    // What was staged may have come to its end since.
    if (!isKept && !(result === 'staged' && ends.length > 0)) {
      problems.push(`told ${named.slice(0, 12)} ${result}, which is lost`);
    }
  }
  if (last.result === 'applied' && sha !== last.sha)
    problems.push('told applied, and not in force');
  if (last.result === 'staged' && kept.trial?.sha === last.sha && sha !== last.sha) {
    const trial = read(`${path}.trial`);
    const isWhole = trial !== undefined && siteTextHash(trial) === last.sha;
    if (!isWhole) problems.push('told staged, and the file on trial is lost');
  }
  return problems;
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
