import type {Context, Hono} from 'hono';
import {streamSSE} from 'hono/streaming';
import {DICTIONARIES} from '../words/dictionaries.js';
import type {Language} from '../words/dictionary.js';
import {type Caller, mayDo} from './caller.js';
import {releaseSheet} from './release-sheet.js';
import type {Problem} from './request-guard.js';
import type {Picture, StateStream} from './state-stream.js';
import type {PageView} from './view.js';

interface PictureParts {
  readonly stream: StateStream;
  readonly view: PageView;
  readonly language: Language;
  readonly caller: (context: Context) => Caller;
  /** Without log-in everybody sees everything. */
  readonly hasLogIn: boolean;
  readonly refuse: (context: Context, status: 503, problem: Problem) => Response;
}

/** What may be looked at: the present picture, every later one, and the sheet for a dead line. */
export function servePictures(app: Hono, parts: PictureParts): void {
  const {stream, view, language, caller, hasLogIn, refuse} = parts;
  const partOf = (context: Context, picture: Picture): string =>
    !hasLogIn || mayDo(caller(context), 'see') ? picture.full : picture.open;
  app.get('/release-sheet/:line', async (context, next) => {
    const {site, lines} = view.state();
    const line = lines.find(({id}) => id === context.req.param('line'));
    if (!line) return next();
    return context.html(
      await releaseSheet(site, line, DICTIONARIES[language].manualRelease, language),
    );
  });
  app.get('/api/state', context =>
    context.body(partOf(context, stream.picture()), 200, {
      'Content-Type': 'application/json; charset=utf-8',
    }),
  );
  app.get('/api/events', context => {
    const watcher = stream.watch();
    if (!watcher) {
      return refuse(context, 503, {
        where: context.req.path,
        expected: 'fewer open pages',
        got: 'one too many',
      });
    }
    return streamSSE(context, async events => {
      events.onAbort(() => watcher.close());
      // Who asks is asked anew each time: a session may end while its page stays open.
      for (let next = await watcher.next(); next !== undefined; next = await watcher.next()) {
        await events.writeSSE({event: 'state', data: partOf(context, next)});
      }
    });
  });
}
