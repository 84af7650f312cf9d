/** Papers that prove who somebody is, as registrations know them. @see ecosystem.md 3.6 */
export const ID_TYPES = [
  'resident_id',
  'residence_permit',
  'foreign_permanent',
  'passport',
  'travel_permit',
] as const;
export type IdType = (typeof ID_TYPES)[number];

export type IdNumberCheck =
  | {readonly kind: 'ok'; readonly number: string}
  | {readonly kind: 'wrong'; readonly why: IdNumberFault};

/** `OLD_NUMBER`: 15 digits, out of use since 2013; the paper that replaced it has 18. */
export type IdNumberFault = 'OLD_NUMBER' | 'SHAPE' | 'BIRTH_DATE' | 'CHECK_DIGIT';

/** GB 11643-1999, 5.3: of the first seventeen digits. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS = '10X98765432';

/** What the numbers with a check digit begin with. */
const AREAS: Readonly<Partial<Record<IdType, RegExp>>> = {
  resident_id: /^[1-7]/,
  residence_permit: /^8[123]0000/,
  foreign_permanent: /^9/,
};
/** Of foreigners, before the card of 2017. */
const OLD_FOREIGN = /^[A-Z]{3}\d{12}$/;
/** Without a checksum here: length and characters only. */
const PLAIN = /^[A-Z0-9]{5,20}$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Check a number as it was typed, and bring it into the form in which it is kept: upper case, no blanks.
 * A number that passes is well formed; it is never proof of identity.
 */
export function checkIdNumber(type: IdType, text: string): IdNumberCheck {
  const number = text.normalize('NFKC').replaceAll(/[\s-]/g, '').toUpperCase();
  const area = AREAS[type];
  if (!area || (type === 'foreign_permanent' && OLD_FOREIGN.test(number))) {
    return area || PLAIN.test(number) ? {kind: 'ok', number} : wrong('SHAPE');
  }
  if (/^\d{15}$/.test(number)) return wrong('OLD_NUMBER');
  if (!/^\d{17}[\dX]$/.test(number) || !area.test(number)) return wrong('SHAPE');
  if (!isDate(number.slice(6, 14))) return wrong('BIRTH_DATE');
  return checkDigit(number) === number.at(-1) ? {kind: 'ok', number} : wrong('CHECK_DIGIT');
}

function wrong(why: IdNumberFault): IdNumberCheck {
  return {kind: 'wrong', why};
}

function checkDigit(number: string): string | undefined {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  return CHECK_DIGITS[sum % 11];
}

/** `YYYYMMDD` of the Gregorian calendar. */
function isDate(digits: string): boolean {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = (DAYS[month - 1] ?? 0) + (month === 2 && isLeap ? 1 : 0);
  return year >= 1800 && day >= 1 && day <= last;
}
