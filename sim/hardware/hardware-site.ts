/*
 * The site in the guest, seen from both sides: one line with one lock on a USB adapter, and a scanner that
 * types. The collector stands for the bay alone; nobody answers at its address.
 */

const SITE_FOLDER = '/site';
export const DATABASE = `${SITE_FOLDER}/lot.db`;
export const PAGE_PORT = 8080;
export const BAUD_RATE = 9600;
export const LOCK_UNIT = 1;
export const SCANNER = 'Q-1';
/** Under it the daemon names codes, so the other side can tell which code it heard. */
export const SECRET_KEY = '07'.repeat(32);
/** QEMU's `usb-kbd`. */
const KEYBOARD = '{ vendorId: 0x0627, productId: 0x0001 }';

export const SITE_FILES: Readonly<Record<string, string>> = {
  'site.yaml': `
site: { id: guest, name: Guest, timezone: Asia/Shanghai, language: en }
profiles: [parkCard]
database: ${DATABASE}
secretKey: { file: ./secret.key }
page: { port: ${PAGE_PORT} }
buses:
  - id: line-1
    link: { kind: serial, path: /dev/ttyUSB0, baudRate: ${BAUD_RATE} }
    devices: [{ id: L-A-001, kind: parking-lock, address: ${LOCK_UNIT} }]
devices: [{ id: ${SCANNER}, kind: hid-scanner, format: keyboard, hid: ${KEYBOARD} }]
collectors:
  - id: C1
    zone: A
    kind: smart
    link: { kind: tcp, host: 127.0.0.1, port: 9 }
    key: { file: ./c1.key }
    bays: [{ id: A-001, lock: L-A-001 }]
contacts: [{ name: Guard, afterMs: 0 }]
`,
  'secret.key': SECRET_KEY,
  'c1.key': '05'.repeat(32),
};
