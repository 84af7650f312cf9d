import {readSync, writeSync} from 'node:fs';
import type {ByteLink} from '../../../drivers/port/byte-link.js';
import {InternalError} from '../../../protocols/base/errors.js';
import {decodeRequest} from '../../../protocols/modbus/rtu-frame.js';
import {decodeScreen} from '../../../protocols/profiles/display-profile.js';
import {
  lockOrderOf,
  REFERENCE_LOCK_PROFILE,
} from '../../../protocols/profiles/parking-lock-profile.js';
import {DISPLAY_UNIT} from '../../plan/site-plan.js';
import {BAYS, type CrashLife, type CrashLine} from './crash-lines.js';

const STDIN = 0;
const STDOUT = 1;
const NEWLINE = 10;

/** Say it to the witness and stand still until it lets us go on, or kills us here. */
export function tell(line: CrashLine): void {
  writeSync(STDOUT, `${JSON.stringify(line)}\n`);
  readByte();
}

/** The first line of the input. */
export function readLife(): CrashLife {
  const bytes: number[] = [];
  for (let byte = readByte(); byte !== NEWLINE; byte = readByte()) bytes.push(byte);
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as CrashLife;
}

/** A link whose frames the witness sees before the wire does. */
export function witnessed(link: ByteLink): ByteLink {
  return {
    name: link.name,
    get isUp() {
      return link.isUp;
    },
    open: listener => link.open(listener),
    write: bytes => {
      tellFrame(bytes);
      return link.write(bytes);
    },
    reopen: why => link.reopen(why),
    close: () => link.close(),
  };
}

function tellFrame(bytes: Uint8Array): void {
  const decoded = decodeRequest(bytes);
  if (decoded.kind !== 'frame') return;
  const {unit, request} = decoded.frame;
  if (request.kind === 'writeOne') {
    const command = lockOrderOf(request.value, REFERENCE_LOCK_PROFILE);
    const bay = BAYS[unit - 1];
    if (command && bay) tell({kind: 'frame', bay, command});
  } else if (request.kind === 'writeRegisters' && unit === DISPLAY_UNIT) {
    const screen = decodeScreen(request.values);
    if (screen) tell({kind: 'screen', text: screen.lines.join(' / ')});
  }
}

/** Somebody may have made the input one that does not wait: then we do. */
const LOOK_AGAIN_MS = 1;
const still = new Int32Array(new SharedArrayBuffer(4));

function readByte(): number {
  const byte = Buffer.alloc(1);
  for (;;) {
    const count = readNow(byte);
    if (count === 1) return byte[0] ?? NEWLINE;
    if (count === 0) throw new InternalError('sim/crash', 'the witness is gone');
    Atomics.wait(still, 0, 0, LOOK_AGAIN_MS);
  }
}

/** Undefined: nothing is there yet. */
function readNow(byte: Uint8Array): number | undefined {
  try {
    return readSync(STDIN, byte, 0, 1, null);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EAGAIN') return undefined;
    throw thrown;
  }
}
