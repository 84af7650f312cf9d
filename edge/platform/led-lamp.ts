import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const LED_CLASS = '/sys/class/leds';
/** `devicename:color:function`, and only ours: a board's own lamps stay its own. @see Linux LED class */
const OUR_LED = /^latchkey:(green|yellow|amber|red|blue)(:|$)/;
const PLAIN = 'none';

/** The lamps of the box by colour, written through the files that the kernel has for them. */
export class LedLamp {
  readonly #leds: ReadonlyMap<string, string>;

  constructor(folder = LED_CLASS) {
    const found = namesIn(folder).flatMap(name => {
      const colour = OUR_LED.exec(name)?.[1];
      if (colour === undefined) return [];
      return [[colour === 'amber' ? 'yellow' : colour, join(folder, name)] as const];
    });
    this.#leds = new Map(found);
  }

  /** False: a box without lamps. */
  get isThere(): boolean {
    return this.#leds.size > 0;
  }

  /** Light one colour and put the others out; undefined: all dark. A lamp that fails is left as it is. */
  light(colour: string | undefined): void {
    for (const [own, led] of this.#leds) this.#write(led, this.#isLit(own, colour));
  }

  /** Yellow where there is none is red and green together. */
  #isLit(own: string, colour: string | undefined): boolean {
    if (colour === 'yellow' && !this.#leds.has('yellow')) return own === 'red' || own === 'green';
    return own === colour;
  }

  #write(led: string, isLit: boolean): void {
    try {
      // A trigger of the kernel would write over it.
      writeFileSync(join(led, 'trigger'), PLAIN);
      writeFileSync(join(led, 'brightness'), isLit ? brightest(led) : '0');
    } catch {
      // Nobody decides by the lamp: what it cannot show, status and page do.
    }
  }
}

function brightest(led: string): string {
  return readFileSync(join(led, 'max_brightness'), 'utf8').trim();
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
