/** What is known of the serial scanners of one maker. */
export interface ScannerFamily {
  readonly name: string;
  /** As it leaves the factory. */
  readonly baudRate: number;
  /** The byte that ends a code, once the scanner is set so. */
  readonly suffix: number;
  /** Bytes that switch looking on and off; undefined for a scanner that looks all the time. */
  readonly trigger: {readonly on: Uint8Array; readonly off: Uint8Array} | undefined;
}

const CR = 0x0d;

/**
 * Serial scanners as data. All of them are set to end a code with CR, most by a printed code.
 * @see devices.md 4.6
 */
export const SCANNER_FAMILIES = {
  /** Any scanner that talks by itself: continuous or sense mode, CR suffix (Newland, Datalogic, ...). */
  generic: {name: 'generic', baudRate: 9600, suffix: CR, trigger: undefined},
  /** Grow GM65, GM805, GM812. */
  gm65: {name: 'gm65', baudRate: 9600, suffix: CR, trigger: undefined},
  /** Honeywell and its many clones in serial trigger mode. `assumed:` 9600; the series differ. */
  honeywell: {
    name: 'honeywell',
    baudRate: 9600,
    suffix: CR,
    trigger: {on: Uint8Array.of(0x16, 0x54, CR), off: Uint8Array.of(0x16, 0x55, CR)},
  },
} as const satisfies Readonly<Record<string, ScannerFamily>>;
