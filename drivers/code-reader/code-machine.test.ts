import test from 'ava';
import {type CodeInput, type CodeState, NOTHING_SHOWN, stepCode} from './code-machine.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const shown = (text: string, atMs: number): CodeInput => ({
  kind: 'record',
  bytes: bytes(text),
  atMs,
});

/** What is told of inputs that follow one another. */
function told(...inputs: readonly CodeInput[]): readonly string[] {
  let state: CodeState = NOTHING_SHOWN;
  return inputs.flatMap(input => {
    const step = stepCode(state, input);
    state = step.state;
    return step.effects.map(
      effect => `${effect.kind === 'code' ? effect.text : effect.error} @${effect.atMs}`,
    );
  });
}

const rows: readonly {
  readonly name: string;
  readonly inputs: readonly CodeInput[];
  readonly told: readonly string[];
}[] = [
  {name: 'a code is told', inputs: [shown('A1', 0)], told: ['A1 @0']},
  {name: 'twice within 1 s is once', inputs: [shown('A', 0), shown('A', 900)], told: ['A @0']},
  {
    name: 'the same code counts again after 3 s',
    inputs: [shown('A', 0), shown('A', 2999), shown('A', 6000)],
    told: ['A @0', 'A @6000'],
  },
  {
    name: 'away for a while and shown after exactly 3 s',
    inputs: [shown('A', 0), shown('A', 3000)],
    told: ['A @0', 'A @3000'],
  },
  {
    name: 'held for longer than 3 s is one showing',
    inputs: [0, 1000, 2000, 3000, 4000, 5000].map(atMs => shown('A', atMs)),
    told: ['A @0'],
  },
  {
    name: 'held, taken away for 1.5 s, shown again',
    inputs: [0, 1000, 2000, 3000, 4500].map(atMs => shown('A', atMs)),
    told: ['A @0', 'A @4500'],
  },
  {
    name: 'two phones in turn are two showings, not eight',
    inputs: [0, 400, 800, 1200].flatMap(atMs => [shown('A', atMs), shown('B', atMs + 200)]),
    told: ['A @0', 'B @200'],
  },
  {
    name: 'control characters are no part of a code',
    inputs: [shown('\u0006\u0002AB\tC\n\u007f\u0085', 0)],
    told: ['ABC @0'],
  },
  {name: 'nothing but control characters is nothing', inputs: [shown('\n\u0006', 0)], told: []},
  {name: 'text beyond ASCII is text', inputs: [shown('停车 é', 0)], told: ['停车 é @0']},
  {
    name: 'bytes that are no UTF-8 are dirty',
    inputs: [{kind: 'record', bytes: Uint8Array.of(0x41, 0xff, 0x42), atMs: 5}],
    told: ['dirty @5'],
  },
  {
    name: 'an overlong form is dirty, not a slash',
    inputs: [{kind: 'record', bytes: Uint8Array.of(0xc0, 0xaf), atMs: 5}],
    told: ['dirty @5'],
  },
  {
    name: '512 bytes are a code, 513 are not',
    inputs: [shown('x'.repeat(512), 0), shown('x'.repeat(513), 10)],
    told: [`${'x'.repeat(512)} @0`, 'overlong @10'],
  },
  {
    name: 'one "again" for a burst, and another after 1 s',
    inputs: [0, 500, 999, 1000].map(atMs => ({kind: 'broken', error: 'partial', atMs}) as const),
    told: ['partial @0', 'partial @1000'],
  },
];

for (const row of rows) {
  test(`shown: ${row.name}`, t => {
    t.deepEqual(told(...row.inputs), row.told);
  });
}

test('however many codes are shown, few are remembered', t => {
  let state: CodeState = NOTHING_SHOWN;
  for (let no = 0; no < 1000; no += 1) state = stepCode(state, shown(`code ${no}`, no)).state;
  t.is(state.recent.length, 8);
  t.is(stepCode(state, shown('code 993', 1000)).effects.length, 0);
  t.is(stepCode(state, shown('late', 10_000)).state.recent.length, 1);
});
