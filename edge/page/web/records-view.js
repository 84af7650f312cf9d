import {html} from 'htm/preact';
import {useEffect, useState} from 'preact/hooks';
import {ask} from './ask.js';
import {TestsTable} from './tests-table.js';

const SPANS = [1, 7, 30];

/** How fast calls were answered, the log of all of them to take along, and the tests that keep calls possible. */
export function RecordsView({board}) {
  const {words, picture, may} = board;
  const {page} = words;
  if (!picture.calls) return html`<p>${page.noCallDesk}</p>`;
  return html`${may('record') ? html`<${Report} board=${board} />` : html`<p class="hint">${page.logInForRecords}</p>`}
    <${TestsTable} board=${board} />
    <${Stations} board=${board} />`;
}

function Report({board}) {
  const {page} = board.words;
  const [days, setDays] = useState(7);
  const [report, setReport] = useState(undefined);
  useEffect(() => {
    let isOver = false;
    void ask('GET', `/api/call-records/report?days=${days}`).then(({ok, json}) => {
      if (!isOver && ok) setReport(json);
    });
    return () => {
      isOver = true;
    };
  }, [days]);
  const seconds = ms =>
    ms === null || ms === undefined ? '–' : `${(ms / 1000).toFixed(1)} ${page.seconds}`;
  return html`<section aria-labelledby="report-title">
    <h2 id="report-title">${page.report}</h2>
    <div class="tools">${SPANS.map(
      one => html`<button type="button" key=${one} aria-pressed=${days === one} onClick=${() => setDays(one)}>
        ${one} ${page.days}</button>`,
    )}
      <a class="button" href=${`/api/call-records/log.csv?days=${days}`} download>${page.csv}</a></div>
    ${
      report &&
      html`<dl id="report">
      <dt>${page.calls}</dt><dd>${report.calls}</dd>
      <dt>${page.answered}</dt><dd>${report.answered}</dd>
      <dt>${page.unanswered}</dt><dd>${report.unanswered}</dd>
      <dt>${page.median}</dt><dd>${seconds(report.medianMs)}</dd>
      <dt>${page.p95}</dt><dd>${seconds(report.p95Ms)}</dd>
      <dt>${page.longest}</dt><dd>${seconds(report.longestMs)}</dd>
    </dl>`
    }
  </section>`;
}

function Stations({board}) {
  const {words, picture, nameOf, station} = board;
  const {page} = words;
  return html`<section aria-labelledby="stations-title">
    <h2 id="stations-title">${page.stations}</h2>
    <ul class="lines">${picture.calls.stations.map(
      ({id, person, isAlive, hasSound}) => html`<li key=${id}>
        <strong>${id}</strong>${id === station ? ` (${page.thisBoard})` : ''} ${person ? nameOf(person) : ''}
        <span class=${isAlive ? 'good' : 'bad'}>${isAlive ? `✔ ${page.alive}` : `✖ ${page.gone}`}</span>
        <span class=${hasSound ? 'good' : 'bad'}>${hasSound ? `♪ ${page.soundOn}` : `✖ ${page.soundIsOff}`}</span></li>`,
    )}</ul>
  </section>`;
}
