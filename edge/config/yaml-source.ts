import {type Document, isMap, isNode, isScalar, LineCounter, parseDocument} from 'yaml';

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
  readonly #document: Document;
  readonly #lines = new LineCounter();

  constructor(text: string, fileName: string) {
    this.fileName = fileName;
    this.#document = parseDocument(text, {lineCounter: this.#lines, prettyErrors: false});
    this.syntaxErrors = [...this.#document.errors, ...this.#document.warnings].map(
      error => `${this.#at(error.pos[0])} yaml: ${error.message}`,
    );
    this.value = this.syntaxErrors.length === 0 ? this.#document.toJS({maxAliasCount: 100}) : null;
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

  valueAt(path: ConfigPath): unknown {
    let value = this.value;
    for (const step of path) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = (value as Record<string | number, unknown>)[step];
    }
    return value;
  }

  #at(offset: number): string {
    const {line, col} = this.#lines.linePos(offset);
    return `${this.fileName}:${line}:${col}`;
  }
}
