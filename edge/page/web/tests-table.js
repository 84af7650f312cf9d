import {html} from 'htm/preact';
import {dayAndTime} from './format.js';

/** Every device that calls come from: its last test, the walk, and maintenance. @see EC-14, EC-20 */
export function TestsTable({board}) {
  const {words, picture, may, send} = board;
  const {page} = words;
  const {tests} = picture.calls;
  const act = (name, work) => html`<button type="button" onClick=${work}>${name}</button>`;
  return html`<section aria-labelledby="tests-title">
    <h2 id="tests-title">${page.tests}</h2>
    <ul class="lines">
      <li><strong>${page.pathTest}</strong> <${Outcome} board=${board} test=${tests.path} />
        ${may('maintain') && act(page.testNow, () => send('/api/call-tests/path'))}</li>
      <li><strong>${page.walkTest}</strong> ${tests.walk.done}/${tests.walk.of} ${page.pressed}
        ${tests.walk.isOverdue && html` <span class="bad">⚠ ${page.overdue}</span>`}
        ${
          may('maintain') &&
          (tests.walk.isRunning
            ? act(page.walkOver, () => send('/api/call-tests/walk', {act: 'end'}))
            : act(page.walkBegin, () => send('/api/call-tests/walk', {act: 'begin'})))
        }</li>
      ${tests.devices.map(test => html`<${Device} key=${test.device} board=${board} test=${test} />`)}
    </ul>
  </section>`;
}

function Device({board, test}) {
  const {words, may, send} = board;
  const {page} = words;
  const title = `${page.maintenance} ${test.device}`;
  const path = `/api/call-devices/${encodeURIComponent(test.device)}/maintenance`;
  return html`<li><strong>${test.device}</strong> ${test.collector}
    <${Outcome} board=${board} test=${test} />
    ${test.walkedWallMs !== null && html`<span>${page.pressed} ${dayAndTime(test.walkedWallMs, board.language)}</span>`}
    ${
      may('maintain') &&
      html`<button type="button" aria-label=${title}
      onClick=${() => board.setDialog({title, minutes: true, onAnswer: answer => send(path, answer)})}>
      ${page.maintenance}</button>`
    }</li>`;
}

function Outcome({board, test}) {
  const {words, language} = board;
  const {page} = words;
  const text =
    test.passed === null
      ? `– ${page.neverTested}`
      : test.passed
        ? `✔ ${page.passed}`
        : `✖ ${page.failed}`;
  return html`<span class=${test.passed === false || test.isOverdue ? 'bad' : 'good'}>${text}</span>
    ${test.lastWallMs !== null && html` <span>${dayAndTime(test.lastWallMs, language)}</span>`}
    ${test.isOverdue && html` <span class="bad">⚠ ${page.overdue}</span>`} ${test.note}`;
}
