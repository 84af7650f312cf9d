const HOME_COUNTRY = '86';
const MOBILE = /^1[3-9]\d{9}$/;
/** E.164: at most 15 digits with the country. */
const INTERNATIONAL = /^[1-9]\d{6,14}$/;
/** Of any kind, with or without its country: what must not stand in a text for others. */
const HIDDEN = '****';

/**
 * A phone number as it is kept and compared: `+8613800005678`. Without a country it is a mobile number of
 * the mainland. Undefined: it is none.
 */
export function normalisePhone(text: string): string | undefined {
  const plain = text.normalize('NFKC').replaceAll(/[\s().\-‐-―]/g, '');
  const digits = /^(?:\+|00)(\d+)$/.exec(plain)?.[1];
  if (digits === undefined) {
    const national = plain.startsWith(HOME_COUNTRY) ? plain.slice(HOME_COUNTRY.length) : plain;
    return MOBILE.test(national) ? `+${HOME_COUNTRY}${national}` : undefined;
  }
  if (!INTERNATIONAL.test(digits)) return undefined;
  if (!digits.startsWith(HOME_COUNTRY)) return `+${digits}`;
  const national = digits.slice(HOME_COUNTRY.length);
  // Landlines of the mainland have 9 to 11 digits without the leading 0.
  return MOBILE.test(national) || /^[2-9]\d{8,10}$/.test(national) || /^10\d{8}$/.test(national)
    ? `+${digits}`
    : undefined;
}

/** `+8613800005678` as `138****5678`; of other countries the last three digits alone. */
export function maskPhone(phone: string): string {
  const national = phone.startsWith(`+${HOME_COUNTRY}`) ? phone.slice(3) : undefined;
  return national !== undefined && MOBILE.test(national)
    ? `${national.slice(0, 3)}${HIDDEN}${national.slice(-4)}`
    : `${HIDDEN}${phone.slice(-3)}`;
}

/** `wang@example.org` as `w****@example.org`. */
export function maskEmail(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}${HIDDEN}${at < 1 ? '' : address.slice(at)}`;
}

/** The first character, and not even how many follow: `陈**`. */
export function maskName(name: string): string {
  const [first = ''] = name.trim();
  return `${first}**`;
}

/** The last four characters. @see ecosystem.md 3.5, rules */
export function maskIdNumber(number: string): string {
  return `${HIDDEN}${number.slice(-4)}`;
}
