import type {UnixMillis} from '../protocols/base/clock.js';

/*
 * Certificates carry dates, and their libraries take and give them as such. No clock is read here: the
 * linter lets this file alone use `Date`.
 */

/** A time as the X.509 library wants it. */
export function certificateDate(ms: number): Date {
  return new Date(ms);
}

/** `Nov 22 04:30:00 2027 GMT` as Node shows the dates of a certificate. */
export function readCertificateDate(text: string): UnixMillis {
  return Date.parse(text) as UnixMillis;
}
