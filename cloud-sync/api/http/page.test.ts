import {z} from '@hono/zod-openapi';
import test from 'ava';
import fc from 'fast-check';
import {Hono} from 'hono';
import {type Page, pageOf, placeFrom} from './page.js';
import {Refusal} from './refusals.js';

const shape = z.tuple([z.int().min(0), z.string()]);
type Row = readonly [atMs: number, id: string];

function pages(rows: readonly Row[]) {
  const app = new Hono();
  app.get('/list', context => {
    const limit = Number(context.req.query('limit'));
    const after = placeFrom(context.req.query('cursor'), shape);
    const isLater = ([atMs, id]: Row) =>
      !after || atMs > after[0] || (atMs === after[0] && id > after[1]);
    const found = rows.filter(isLater).slice(0, limit + 1);
    return context.json(pageOf(context, found, {limit, placeOf: row => row}));
  });
  app.onError((error, context) => context.text(error instanceof Refusal ? error.code : 'bug', 422));
  return async (query: string) => app.request(`http://cloud/list?${query}`);
}

test('cursors lead through every row once, whatever ids hold, and Link says the same', async t => {
  const rowArb = fc.tuple(fc.nat(3), fc.string({unit: 'binary', minLength: 1, maxLength: 5}));
  const rowsArb = fc.uniqueArray(rowArb, {selector: row => JSON.stringify(row), maxLength: 40});
  await fc.assert(
    fc.asyncProperty(rowsArb, fc.integer({min: 1, max: 7}), async (found, limit) => {
      const rows = found
        .filter(([, id]) => !/[\0\p{Cs}]/u.test(id))
        .sort((left, right) => left[0] - right[0] || (left[1] < right[1] ? -1 : 1));
      const ask = pages(rows);
      const seen: Row[] = [];
      for (let query = `limit=${limit}`; ; ) {
        const answer = await ask(query);
        const page = (await answer.json()) as Page<Row>;
        seen.push(...page.rows);
        const link = answer.headers.get('link');
        if (page.nextCursor === null) {
          t.is(link, null);
          break;
        }
        query = `limit=${limit}&cursor=${page.nextCursor}`;
        t.is(link, `</list?${query}>; rel="next"`);
      }
      t.deepEqual(seen, rows);
    }),
    {numRuns: 100},
  );
});

test('what is no cursor of the list is refused, not guessed at', async t => {
  const ask = pages([[1, 'a']]);
  const of = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const bad = ['x', 'AAAA', of([1]), of([-1, 'a']), of(['1', 'a']), of([1, 'a', 2]), of({0: 1})];
  const spaced = Buffer.from('[1, "a"]').toString('base64url');
  // PostgreSQL takes no NUL, and neither of both gives half a letter back.
  const unstorable = [of([1, 'a\0']), of([1, '\ud800'])];
  for (const cursor of [...bad, ...unstorable, spaced, '%0d%0aset-cookie:a']) {
    const answer = await ask(`limit=5&cursor=${cursor}`);
    t.is(await answer.text(), 'invalid', cursor);
    t.is(answer.headers.get('link'), null);
  }
});
