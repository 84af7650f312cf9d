import {DelimiterParser} from '@serialport/parser-delimiter';

export interface DelimitedStreamOptions {
  /** The byte that ends a record, 0..255. */
  readonly delimiter: number;
  /** Longest record in bytes without its delimiter; longer ones are dropped whole. */
  readonly maxLength: number;
  /** One whole record without its delimiter. */
  onRecord(record: Uint8Array): void;
}

/**
 * Cuts a reader's stream into records. The parser of the package keeps everything up to the next
 * delimiter, a megabyte of noise included, so no more than `maxLength` + 1 bytes of a record ever
 * reach it; the one byte too many marks the record as overlong.
 */
export class DelimitedStream {
  readonly #options: DelimitedStreamOptions;
  readonly #parser: DelimiterParser;
  #recordLength = 0;
  #discardedBytes = 0;

  constructor(options: DelimitedStreamOptions) {
    this.#options = options;
    this.#parser = new DelimiterParser({delimiter: [options.delimiter]});
    this.#parser.on('data', (record: Uint8Array) => this.#take(record));
  }

  /** Bytes dropped so far because their record was longer than allowed. */
  get discardedBytes(): number {
    return this.#discardedBytes;
  }

  push(bytes: Uint8Array): void {
    const {delimiter, maxLength} = this.#options;
    const passed = Buffer.allocUnsafe(bytes.length);
    let count = 0;
    for (const byte of bytes) {
      if (byte === delimiter) {
        this.#recordLength = 0;
      } else {
        this.#recordLength += 1;
        if (this.#recordLength > maxLength + 1) {
          this.#discardedBytes += 1;
          continue;
        }
      }
      passed[count] = byte;
      count += 1;
    }
    if (count > 0) this.#parser.write(passed.subarray(0, count));
  }

  #take(record: Uint8Array): void {
    if (record.length > this.#options.maxLength) this.#discardedBytes += record.length;
    else this.#options.onRecord(record);
  }
}
