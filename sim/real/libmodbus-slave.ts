import koffi from 'koffi';
import {LinkError} from '../../protocols/base/errors.js';

/**
 * `PATH UNIT`: one slave by libmodbus, blocking, as its manual shows it: relays in coils 0-7, a Xintai
 * meter in registers 0x01-0x1C, a parking lock in registers from 100 on.
 */
const [path = '', unit = '1'] = process.argv.slice(2);
const BAUD_RATE = 9600;
const COILS = 8;
const REGISTERS = 120;
const LONGEST_FRAME = 260;
const LOCK_BASE = 100;
const TRAVEL_MS = 800;
const UP = 1;
const MOVING = 3;
const VALVE = 0x1c;
const OPEN = 1;
const CLOSED = 2;
const FLOW_M3_PER_H = 3.6;
const MS_PER_HOUR = 3_600_000;

const library = koffi.load('libmodbus.so.5');
const mappingType = koffi.struct('modbus_mapping_t', {
  nb_bits: 'int',
  start_bits: 'int',
  nb_input_bits: 'int',
  start_input_bits: 'int',
  nb_input_registers: 'int',
  start_input_registers: 'int',
  nb_registers: 'int',
  start_registers: 'int',
  tab_bits: 'void *',
  tab_input_bits: 'void *',
  tab_input_registers: 'void *',
  tab_registers: 'void *',
});
const createContext = library.func(
  'void *modbus_new_rtu(const char *device, int baud, char parity, int dataBits, int stopBits)',
);
const setSlave = library.func('int modbus_set_slave(void *context, int slave)');
const connect = library.func('int modbus_connect(void *context)');
const createMapping = library.func(
  'modbus_mapping_t *modbus_mapping_new(int bits, int inputBits, int registers, int inputRegisters)',
);
const receive = library.func('int modbus_receive(void *context, _Out_ uint8_t *request)');
const reply = library.func(
  'int modbus_reply(void *context, const uint8_t *request, int length, modbus_mapping_t *mapping)',
);

const context = createContext(path, BAUD_RATE, 'N'.charCodeAt(0), 8, 1);
setSlave(context, Number(unit));
if (connect(context) !== 0) throw new LinkError('port/lost', `libmodbus cannot open ${path}`);
const mapping = createMapping(COILS, COILS, REGISTERS, 0);
const {tab_registers: table} = koffi.decode(mapping, mappingType) as {tab_registers: unknown};
const registers = new Uint16Array(koffi.view(table, REGISTERS * 2));

/** An IEEE 754 single, least significant byte first, as it lies in two registers. */
function putFloat(register: number, value: number): void {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  registers[register] = view.getUint16(0);
  registers[register + 1] = view.getUint16(2);
}

let totalM3 = 0.545;
let countedMs = performance.now();
let goal = UP;
let restsAtMs: number | undefined;
registers[0x07] = 0xaa;
registers[VALVE] = CLOSED;
putFloat(0x1a, 3.6);
registers[LOCK_BASE + 1] = UP;
registers[LOCK_BASE + 3] = 1240;

/** What the devices have done since the last request. */
function advance(): void {
  const nowMs = performance.now();
  const flow = registers[VALVE] === OPEN ? FLOW_M3_PER_H : 0;
  totalM3 += (flow * (nowMs - countedMs)) / MS_PER_HOUR;
  countedMs = nowMs;
  putFloat(0x01, totalM3);
  putFloat(0x05, flow);
  if (restsAtMs === undefined || nowMs < restsAtMs) return;
  restsAtMs = undefined;
  registers[LOCK_BASE + 1] = goal;
  registers[LOCK_BASE + 5] = (registers[LOCK_BASE + 5] ?? 0) + 1;
}

/** The orders of the request that has just been answered. */
function obey(): void {
  const order = registers[LOCK_BASE];
  if (order !== 1 && order !== 2) return;
  registers[LOCK_BASE] = 0;
  goal = order;
  restsAtMs = performance.now() + TRAVEL_MS;
  registers[LOCK_BASE + 1] = MOVING;
}

const request = new Uint8Array(LONGEST_FRAME);
process.stdout.write('ready\n');
for (;;) {
  const length = receive(context, request);
  if (length <= 0) continue;
  advance();
  reply(context, request, length, mapping);
  obey();
}
