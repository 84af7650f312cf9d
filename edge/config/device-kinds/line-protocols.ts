import type {UnitKey} from '../../../drivers/bus/contract.js';

/** What a kind of device speaks on its line, and the address that it has when the site file says none. */
export interface LineProtocol {
  readonly protocol: string;
  readonly address?: number;
}

const MODBUS: LineProtocol = {protocol: 'modbus'};

/** Two devices clash on a line when protocol and address are the same. Kinds not listed speak Modbus. */
const OTHERS: Readonly<Record<string, LineProtocol>> = {
  'osdp-reader': {protocol: 'osdp'},
  'fk-display': {protocol: 'fk-display', address: 0},
  'aa55-display': {protocol: 'aa55-display', address: 0x64},
  'dwin-display': {protocol: 'dwin', address: 0},
  'cjt188-meter': {protocol: 'cjt188'},
  'space-counter': {protocol: 'space-counter', address: 1},
};

export function lineProtocolOf(kind: string): LineProtocol {
  return OTHERS[kind] ?? MODBUS;
}

/** What tells a device from the others of its line, as far as the site file says it. */
export interface LineSeat {
  readonly kind: string;
  readonly address?: number | string;
  readonly model?: string;
  readonly board?: number;
}

/** The name of a device among all protocols of its line, as its driver says it. Locks may share one. */
export function unitKeyOf({kind, address, model, board}: LineSeat): UnitKey {
  if (kind === 'board-lock') return `${model ?? ''}:${board ?? 0}`;
  const {protocol, address: usual} = lineProtocolOf(kind);
  return `${protocol}:${address ?? usual ?? 0}`;
}
