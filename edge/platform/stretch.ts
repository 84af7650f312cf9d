import {scrypt} from 'node:crypto';
import {CODE_DIGEST_BYTES, CODE_SCRYPT} from '../../protocols/credential/keypad-code.js';

/** 32 bytes of scrypt over the digits of a code. */
export type StretchCode = (digits: string, salt: Uint8Array) => Promise<Uint8Array>;

/** On the thread pool: tens of milliseconds in which the lines must go on. */
export const stretchCode: StretchCode = (digits, salt) =>
  new Promise((resolve, reject) => {
    scrypt(digits, salt, CODE_DIGEST_BYTES, CODE_SCRYPT, (error, key) => {
      if (error) reject(error);
      else resolve(new Uint8Array(key));
    });
  });
