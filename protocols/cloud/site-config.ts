import {createHash} from 'node:crypto';
import type {Compressor} from './payload.js';

/** A larger site file is refused by both ends: the largest site of this version has a tenth of it. */
export const MAX_SITE_TEXT_BYTES = 256 * 1024;
/** Characters of one piece: with everything around it a message stays below 64 KB, whatever it holds. */
const PIECE_CHARS = 45_000;
/** What no deflate can shorten: 256 KB as base64url, in pieces. */
export const MAX_SITE_PIECES = 8;

/**
 * What became of the newest site file from the cloud. `staged`: sound, and waits for a moment at which
 * nothing moves. `trial`: runs, and must prove itself. `refused` and `rolled_back` name the reason.
 */
export const SITE_CONFIG_STATES = ['staged', 'trial', 'applied', 'rolled_back', 'refused'] as const;
export type SiteConfigState = (typeof SITE_CONFIG_STATES)[number];

/** A report never carries more problems, nor longer ones. */
export const MAX_SITE_PROBLEMS = 20;
export const MAX_SITE_PROBLEM_CHARS = 300;

/** SHA-256 of a site file as it lies on the disk: 64 lower-case hex digits. */
export function siteTextHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** The text deflated as a whole, in base64url, cut into pieces that each fit into a message. */
export function cutSiteText(text: string, compressor: Compressor): readonly string[] {
  const packed = compressor.deflate(new TextEncoder().encode(text));
  const written = Buffer.from(packed).toString('base64url');
  const count = Math.max(1, Math.ceil(written.length / PIECE_CHARS));
  return Array.from({length: count}, (_, index) =>
    written.slice(index * PIECE_CHARS, (index + 1) * PIECE_CHARS),
  );
}

/** The text of all pieces in order; undefined when they are no text of at most 256 KB with this hash. */
export function joinSiteText(
  pieces: readonly string[],
  sha: string,
  compressor: Compressor,
): string | undefined {
  const packed = new Uint8Array(Buffer.from(pieces.join(''), 'base64url'));
  const plain = compressor.inflate(packed, MAX_SITE_TEXT_BYTES);
  if (!plain) return undefined;
  const text = new TextDecoder('utf-8', {ignoreBOM: true}).decode(plain);
  return siteTextHash(text) === sha ? text : undefined;
}
