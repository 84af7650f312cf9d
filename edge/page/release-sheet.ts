import {html} from 'hono/html';
import type {Language, ManualRelease} from '../words/dictionary.js';
import type {PageLine, PageState} from './view.js';

/**
 * One sheet of paper for a guard who must lower locks by hand: which bays a dead line holds, and how.
 * HTML without scripts; every text is escaped.
 */
export async function releaseSheet(
  site: PageState['site'],
  line: PageLine,
  words: ManualRelease,
  language: Language,
): Promise<string> {
  const steps = site.manualRelease ?? words.steps;
  const page = html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <title>${words.title}: ${line.id}</title>
    <link rel="stylesheet" href="/web/board.css" />
    <link rel="stylesheet" href="/web/site.css" />
  </head>
  <body class="sheet">
    <h1>${words.title}</h1>
    <p>${site.name} · ${line.id}</p>
    <ol>
      ${steps.map(step => html`<li>${step}</li>`)}
    </ol>
    <h2>${words.bays}</h2>
    <ul>
      ${line.bays.map(bay => html`<li>☐ ${bay}</li>`)}
    </ul>
  </body>
</html>`;
  return String(await page);
}
