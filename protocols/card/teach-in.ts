import {canonicalUid, carriedBits, type ReaderProfile, reportOf} from './card-identity.js';

/** What one card, read twice, says of a reader. */
export type TeachIn =
  | {
      readonly kind: 'found';
      readonly profile: ReaderProfile;
      /** The reader carries only a part of the number: two cards may share it. */
      readonly truncated: boolean;
      /** For the person who holds the card. */
      readonly sentence: string;
    }
  /** Read forwards and backwards, or in two ways, the number is the same: take another card. */
  | {readonly kind: 'ambiguous'; readonly sentence: string}
  | {readonly kind: 'unknown'; readonly sentence: string};

/** Fewer bytes in common are chance, not a part of a number. */
const FEWEST_BYTES = 3;

/**
 * Which profile turns what this reader reported into the number that a reference gave for the same card:
 * a reader known to be right, or the number printed on the card. A reader that carries less than the
 * reference is told as truncated, one that carries more is cut to the length of the reference.
 * `referenceUid`: canonical, so a printed decimal goes through `canonicalUid` first.
 */
export function teachIn(referenceUid: string, report: string): TeachIn {
  const text = report.trim();
  const fitting = candidates(referenceUid, text).filter(profile =>
    fits(referenceUid, text, profile),
  );
  const most = Math.max(0, ...fitting.map(carriedBits));
  const best = fitting.filter(profile => carriedBits(profile) === most);
  const [profile] = best;
  if (!profile) {
    return {
      kind: 'unknown',
      sentence: `${text.slice(0, 24)} is not ${referenceUid} in any way we know: is it the same card?`,
    };
  }
  if (best.length > 1) {
    return {
      kind: 'ambiguous',
      sentence: `${referenceUid} reads the same in more than one way: take another card.`,
    };
  }
  const bits = carriedBits(profile);
  const truncated = bits < referenceUid.length * 4;
  return {
    kind: 'found',
    profile,
    truncated,
    sentence: sentenceOf(profile, referenceUid, truncated),
  };
}

function candidates(referenceUid: string, text: string): readonly ReaderProfile[] {
  const radixes = (['hex', 'decimal', 'facility'] as const).filter(radix =>
    radix === 'facility' ? /\D/.test(text) : /^[0-9a-f]+$/i.test(text),
  );
  const found: ReaderProfile[] = [];
  for (const radix of radixes) {
    const base = {radix, digits: radix === 'facility' ? 9 : text.length};
    const most = Math.min(referenceUid.length / 2, radix === 'facility' ? FEWEST_BYTES : Infinity);
    for (let bytes = FEWEST_BYTES; bytes <= most; bytes += 1) {
      const parts = bytes * 2 < referenceUid.length ? (['first', 'last'] as const) : [undefined];
      for (const byteOrder of ['msb_first', 'lsb_first'] as const) {
        for (const carries of parts) {
          found.push({...base, byteOrder, numberBits: bytes * 8, ...(carries && {carries})});
        }
      }
    }
  }
  return found;
}

/** The reader says of the card what it said; a longer report must end with it. */
function fits(referenceUid: string, text: string, profile: ReaderProfile): boolean {
  const identity = canonicalUid(text, profile);
  if (identity.kind === 'misfit') return false;
  const own = canonicalUid(reportOf(referenceUid, profile), profile);
  if (own.kind === 'misfit' || own.uid !== identity.uid) return false;
  // Bytes of the report that the candidate ignores must be none, or a prefix of a whole number.
  const isWhole = carriedBits(profile) >= referenceUid.length * 4;
  return isWhole || reportOf(referenceUid, profile).toUpperCase() === withZeros(text, profile);
}

function withZeros(text: string, {radix, digits}: ReaderProfile): string {
  if (radix !== 'facility') return text.toUpperCase().padStart(digits, '0');
  const [facility = '', rest = ''] = text.split(/\D/);
  return `${facility.padStart(3, '0')},${rest.padStart(5, '0')}`;
}

function sentenceOf(profile: ReaderProfile, referenceUid: string, truncated: boolean): string {
  const order = profile.byteOrder === 'lsb_first' ? 'with the bytes reversed' : 'as it is';
  const radix = {hex: 'hex', decimal: 'decimal', facility: 'facility and number'}[profile.radix];
  const said = `This reader gives the number ${order}, in ${radix}`;
  if (!truncated) return `${said}.`;
  const bytes = carriedBits(profile) / 8;
  const part = profile.carries === 'first' ? 'first' : 'last';
  const all = referenceUid.length / 2;
  return `${said}, but only the ${part} ${bytes} of ${all} bytes: two cards may share it.`;
}
