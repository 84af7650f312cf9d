import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import {errorText} from '../../protocols/base/errors.js';

export type ConfigPath = readonly (string | number)[];

/** `buses[0].devices[3].address` */
export function pathText(path: ConfigPath): string {
  let written = '';
  for (const step of path) {
    if (typeof step === 'number') written += `[${step}]`;
    else written += written === '' ? step : `.${step}`;
  }
  return written;
}

/** A parsed YAML text that still knows where everything stood. */
export class YamlSource {
  readonly fileName: string;
  readonly value: unknown;
  /** Errors of the syntax, each with its place; the value is not to be used when there are any. */
  readonly syntaxErrors: readonly string[];
  readonly #text: string;
  readonly #document: Document;
  readonly #lines = new LineCounter();

  constructor(text: string, fileName: string) {
    this.fileName = fileName;
    this.#text = text;
    this.#document = parseDocument(text, {lineCounter: this.#lines, prettyErrors: false});
    const errors = [...this.#document.errors, ...this.#document.warnings].map(
      error => `${this.#at(error.pos[0])} yaml: ${error.message}`,
    );
    const read = errors.length === 0 ? this.#read() : {value: null, errors};
    this.value = read.value;
    this.syntaxErrors = read.errors;
  }

  /** `site.yaml:41:7` of the value at `path`, or of the nearest thing around it that exists. */
  placeOf(path: ConfigPath): string {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const node = this.#document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return this.#at(node.range[0]);
    }
    return this.#at(0);
  }

  /** Place of the key itself, for a key that should not be there. */
  placeOfKey(path: ConfigPath, key: string): string {
    const map = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    const pair = isMap(map)
      ? map.items.find(item => isScalar(item.key) && item.key.value === key)
      : undefined;
    return isScalar(pair?.key) && pair.key.range ? this.#at(pair.key.range[0]) : this.placeOf(path);
  }

  /** The text with another value at `path`, and all else as people wrote it; undefined: no value is there. */
  withScalar(path: ConfigPath, value: number | string): string | undefined {
    const node = this.#document.getIn(path, true);
    if (!isScalar(node) || !node.range) return undefined;
    const [from, to] = node.range;
    return `${this.#text.slice(0, from)}${JSON.stringify(value)}${this.#text.slice(to)}`;
  }

  /** The text with one more item at the end of the list at `path`; undefined: no list with items is there. */
  withItem(path: ConfigPath, item: string): string | undefined {
    const list = this.#document.getIn(path, true);
    const last = isSeq(list) ? list.items.at(-1) : undefined;
    if (!isSeq(list) || !isNode(last) || !last.range) return undefined;
    const [from, to] = last.range;
    const indent = ' '.repeat(Math.max(0, this.#lines.linePos(from).col - 3));
    const added = list.flow ? `, ${item}` : `\n${indent}- ${item}`;
    const end = this.#text.slice(0, to).trimEnd().length;
    // A comment behind the last item stays with it.
    const [rest = ''] = list.flow ? [] : this.#text.slice(end).split('\n', 1);
    const at = end + rest.length;
    return `${this.#text.slice(0, at)}${added}${this.#text.slice(at)}`;
  }

  valueAt(path: ConfigPath): unknown {
    let value = this.value;
    for (const step of path) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = (value as Record<string | number, unknown>)[step];
    }
    return value;
  }

  /** Aliases fail only when they are followed: without their anchor, in a circle, or too many. */
  #read(): {readonly value: unknown; readonly errors: readonly string[]} {
    try {
      const value: unknown = this.#document.toJS({maxAliasCount: 100});
      JSON.stringify(value);
      return {value, errors: []};
    } catch (thrown) {
      return {value: null, errors: [`${this.#at(this.#firstAlias())} yaml: ${errorText(thrown)}`]};
    }
  }

  /** Where the first alias without an anchor stands, or the first one at all. */
  #firstAlias(): number {
    let first: number | undefined;
    let lost: number | undefined;
    visit(this.#document, {
      Alias: (_, alias) => {
        const offset = alias.range?.[0] ?? 0;
        first ??= offset;
        if (!alias.resolve(this.#document)) lost ??= offset;
      },
    });
    return lost ?? first ?? 0;
  }

  #at(offset: number): string {
    const {line, col} = this.#lines.linePos(offset);
    return `${this.fileName}:${line}:${col}`;
  }
}
