/**
 * Why a device refused a request.
 * @see Modbus Application Protocol V1.1b3, 7
 */
export const MODBUS_EXCEPTIONS = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'server device failure',
  5: 'acknowledge',
  6: 'server device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target device failed to respond',
} as const;
export type ExceptionCode = keyof typeof MODBUS_EXCEPTIONS;

/**
 * Name of an exception code as the specification writes it, `exception N` for codes it does not list.
 * @see Modbus Application Protocol V1.1b3, 7
 */
export function exceptionName(code: number): string {
  return (MODBUS_EXCEPTIONS as Readonly<Record<number, string>>)[code] ?? `exception ${code}`;
}
