/*
 * The site that the installed gateway runs: one line with a lock, a display and a call button on one USB
 * adapter, a card reader on another.
 */

export const DATA_FOLDER = '/var/lib/latchkey';
export const BAUD_RATE = 9600;
export const LOCK_UNIT = 1;
export const DISPLAY_UNIT = 31;
export const BUTTON_UNIT = 51;

export const GATEWAY_SITE: Readonly<Record<string, string>> = {
  'site.yaml': `
site: { id: guest, name: Guest, timezone: Asia/Shanghai, language: en }
profiles: [parkCard]
database: ./lot.db
secretKey: { file: ./secret.key }
page: { port: 8080 }
buses:
  - id: line-1
    link: { kind: serial, path: /dev/ttyUSB0, baudRate: ${BAUD_RATE} }
    devices:
      - { id: L-1, kind: parking-lock, address: ${LOCK_UNIT} }
      - { id: D-1, kind: display, address: ${DISPLAY_UNIT} }
      - { id: E-1, kind: emergency-button, address: ${BUTTON_UNIT} }
collectors:
  - id: C1
    zone: A
    kind: plain
    reader: { kind: rdm6300, link: { kind: serial, path: /dev/ttyUSB1 } }
    display: D-1
    button: E-1
    minCardSecurity: uid
    bays: [{ id: A-001, lock: L-1 }]
contacts: [{ name: Guard, afterMs: 0 }]
`,
  'secret.key': '07'.repeat(32),
};
