/** Fields of a record in wire order, with their size in bytes; all numbers are little-endian. */
export type Layout = readonly (readonly [name: string, bytes: 1 | 2 | 3 | 4])[];

export type RecordOf<Fields extends Layout> = {
  readonly [Field in Fields[number] as Field[0]]: number;
};

export function layoutBytes(layout: Layout): number {
  return layout.reduce((sum, [, bytes]) => sum + bytes, 0);
}

/** The record on the wire; values wrap at the size of their field. */
export function encodeRecord<Fields extends Layout>(
  layout: Fields,
  record: RecordOf<Fields>,
): Uint8Array {
  const bytes = new Uint8Array(layoutBytes(layout));
  const values: Readonly<Record<string, number>> = record;
  let at = 0;
  for (const [name, size] of layout) {
    const value = values[name] ?? 0;
    for (let index = 0; index < size; index += 1) bytes[at + index] = value >>> (8 * index);
    at += size;
  }
  return bytes;
}

/** The record at `offset`; the caller has checked that it is there. */
export function decodeRecord<Fields extends Layout>(
  layout: Fields,
  bytes: Uint8Array,
  offset = 0,
): RecordOf<Fields> {
  const values: Record<string, number> = {};
  let at = offset;
  for (const [name, size] of layout) {
    let value = 0;
    for (let index = size - 1; index >= 0; index -= 1)
      value = value * 256 + (bytes[at + index] ?? 0);
    values[name] = value;
    at += size;
  }
  return values as RecordOf<Fields>;
}

/** All records of a list; undefined when it is empty or the last one is cut off. */
export function decodeRecords<Fields extends Layout>(
  layout: Fields,
  bytes: Uint8Array,
): readonly RecordOf<Fields>[] | undefined {
  const size = layoutBytes(layout);
  if (bytes.length === 0 || bytes.length % size !== 0) return undefined;
  return Array.from({length: bytes.length / size}, (_, index) =>
    decodeRecord(layout, bytes, index * size),
  );
}
