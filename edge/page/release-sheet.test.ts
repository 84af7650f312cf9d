import test from 'ava';
import {ENGLISH} from '../words/english.js';
import {PICTURE} from './fixture-lot.js';
import {releaseSheet} from './release-sheet.js';

const [line] = PICTURE.lines;

test('a release sheet prints the owner’s own steps, and no text of the site as markup', async t => {
  if (!line) return t.fail('the picture has no line');
  const site = {...PICTURE.site, name: '<b>Lot & Co</b>', manualRelease: ['Turn <the> key']};
  const sheet = await releaseSheet(site, line, ENGLISH.manualRelease, 'en');
  t.true(sheet.includes('&lt;b&gt;Lot &amp; Co&lt;/b&gt;'));
  t.true(sheet.includes('<li>Turn &lt;the&gt; key</li>'));
  t.true(sheet.includes('☐ A-012'));
  t.false(sheet.includes(ENGLISH.manualRelease.steps[0] ?? '?'));
});
