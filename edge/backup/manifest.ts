import {z} from 'zod';

/** What a part of a backup is; where it belongs follows from it and from the site file. */
export const PART_ROLES = ['site', 'database', 'databaseKey', 'identity', 'secret'] as const;
export type PartRole = (typeof PART_ROLES)[number];

/** A path below the folder of the site file; nothing that could leave it. */
const innerPath = z
  .string()
  .min(1)
  .max(400)
  .refine(isInnerPath, {error: 'a path that leaves its folder'});

const partSchema = z.object({
  role: z.enum(PART_ROLES),
  /** Of a `secret`: the path that the site file names. Of others: a name for people. */
  path: innerPath,
  sizeBytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const counter = z.int().min(0);

/** First line inside the sealed part, then the parts' bytes in this order without anything between. */
export const manifestSchema = z.object({
  site: z.string(),
  version: z.string(),
  /** Wall clock of the gateway when it was made; shown, never relied on. */
  madeMs: z.number(),
  /** Schema version of the database. */
  schema: z.int().min(1),
  epoch: z.string(),
  /** What the database held, for people. */
  holds: z.object({
    head: counter,
    unsent: counter,
    openSessions: counter,
    openAlarms: counter,
    grants: counter,
    usedGrants: counter,
  }),
  /** What the site file names and this file does not hold. */
  left: z.array(z.string()),
  parts: z.array(partSchema).min(2).max(600),
});

export type BackupPart = z.infer<typeof partSchema>;
export type Manifest = z.infer<typeof manifestSchema>;

/** True for a relative path without `..`, drive, backslash or control character. */
export function isInnerPath(path: string): boolean {
  if (path.startsWith('/') || /[\\:\p{Cc}]/u.test(path)) return false;
  return path.split('/').every(step => step !== '..' && step !== '');
}
