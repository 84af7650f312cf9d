import {CodecMisuse} from '../base/errors.js';
import type {ChannelFields, MilesightModel} from './channels.js';

/** Longest payload that LoRaWAN carries (DR5 and up, Regional Parameters 1.0.3). */
const MOST_BYTES = 242;

export interface UplinkValues {
  /** Fields by name; a field said twice keeps the last. Serial numbers, of six or eight bytes, are left out. */
  readonly values: ReadonlyMap<string, number>;
  /** Why the rest was not read: its length is unknown, or it is cut off. */
  readonly rest: 'none' | 'unknown_channel' | 'truncated' | 'too_long';
}

/**
 * Read one uplink: channel, type, data, and again. What comes before an unknown channel stands; what
 * comes after it cannot be found. Never throws. @see devices.md 6.2
 */
export function decodeUplink(payload: Uint8Array, model: MilesightModel): UplinkValues {
  const values = new Map<string, number>();
  if (payload.length > MOST_BYTES) return {values, rest: 'too_long'};
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let offset = 0; offset < payload.length; ) {
    if (offset + 2 > payload.length) return {values, rest: 'truncated'};
    const fields = model.channels[channelKey(view.getUint8(offset), view.getUint8(offset + 1))];
    if (!fields) return {values, rest: 'unknown_channel'};
    offset += 2;
    const length = lengthOf(fields);
    if (offset + length > payload.length) return {values, rest: 'truncated'};
    for (const {name, bytes, signed = false} of fields) {
      if (bytes === 1) values.set(name, view.getUint8(offset));
      else if (bytes === 2 && signed) values.set(name, view.getInt16(offset, true));
      else if (bytes === 2) values.set(name, view.getUint16(offset, true));
      else if (bytes === 4) values.set(name, view.getUint32(offset, true));
      offset += bytes;
    }
  }
  return {values, rest: 'none'};
}

/**
 * The uplink that a sensor sends: one channel after the other, each with its fields in order.
 * @throws CodecMisuse `codec/milesight-channel` for a channel that the model lacks or with too few values.
 */
export function encodeUplink(
  entries: readonly (readonly [channel: string, ...values: readonly number[]])[],
  model: MilesightModel,
): Uint8Array {
  const bytes: number[] = [];
  for (const [channel, ...values] of entries) {
    const fields = model.channels[channel];
    if (!fields || fields.length !== values.length) {
      throw new CodecMisuse('codec/milesight-channel', `${model.name} has no such ${channel}`);
    }
    bytes.push(Number.parseInt(channel.slice(0, 2), 16), Number.parseInt(channel.slice(2), 16));
    fields.forEach((field, index) => {
      let left = values[index] ?? 0;
      for (let count = 0; count < field.bytes; count += 1) {
        bytes.push(((left % 256) + 256) % 256);
        left = Math.floor(left / 256);
      }
    });
  }
  return Uint8Array.from(bytes);
}

function channelKey(channel: number, type: number): string {
  return (channel * 256 + type).toString(16).toUpperCase().padStart(4, '0');
}

function lengthOf(fields: ChannelFields): number {
  return fields.reduce((sum, field) => sum + field.bytes, 0);
}
