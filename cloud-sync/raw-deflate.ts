import {deflateRawSync, inflateRawSync} from 'node:zlib';
import type {Compressor} from '../protocols/cloud/payload.js';

/** Level 1 leaves the poll loop the most time, for almost the same size. @see sync.md 7, sending */
export const rawDeflate: Compressor = {
  deflate: plain => deflateRawSync(plain, {level: 1}),
  inflate(packed, maxBytes) {
    try {
      return inflateRawSync(packed, {maxOutputLength: maxBytes});
    } catch {
      return undefined;
    }
  },
};
