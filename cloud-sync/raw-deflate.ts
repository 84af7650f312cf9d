import {deflateRaw, deflateRawSync, inflateRawSync} from 'node:zlib';
import type {Compressor} from '../protocols/cloud/payload.js';

/** Leaves the poll loop the most time, for almost the same size. @see sync.md 7, sending */
const LEVEL = {level: 1} as const;

/** A full batch unfolds to about so much: a buffer for each 16 KB of it would take as long as the work. */
const CHUNK_BYTES = 128 * 1024;

/** Deflate beside the event loop; `done` hears undefined when that failed. */
export type DeflateLater = (
  plain: Uint8Array,
  done: (deflated: Uint8Array | undefined) => void,
) => void;

/** On the thread pool of the process. */
export const deflateOnPool: DeflateLater = (plain, done) =>
  deflateRaw(plain, LEVEL, (error, deflated) => done(error ? undefined : deflated));

export const rawDeflate: Compressor = {
  deflate: plain => deflateRawSync(plain, LEVEL),
  inflate(packed, maxBytes) {
    try {
      return inflateRawSync(packed, {maxOutputLength: maxBytes, chunkSize: CHUNK_BYTES});
    } catch {
      return undefined;
    }
  },
};
