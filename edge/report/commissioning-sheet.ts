import {html, raw} from 'hono/html';
import {renderSVG} from 'uqr';
import type {SiteConfig} from '../config/schema.js';
import type {PageState} from '../page/view.js';
import {SHEET_WORDS} from './sheet-words.js';

/** How a lock or another device fared when it was tried. */
export interface TestNote {
  readonly device: string;
  readonly what: string;
  readonly result: string;
  readonly person: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What a lock says that it is: model and firmware; and in which directions it was seen to obey. */
export interface LockNote {
  readonly lock: string;
  readonly identity: string;
  readonly movedUp: boolean;
  readonly movedDown: boolean;
}

export interface SheetFacts {
  readonly config: SiteConfig;
  readonly state: PageState;
  readonly locks: readonly LockNote[];
  readonly tests: readonly TestNote[];
  /** ISO 8601. */
  readonly at: string;
}

interface Row {
  readonly place: string;
  readonly device: string;
  readonly kind: string;
  readonly address: string;
  readonly firmware: string;
  readonly health: string;
  readonly test: string;
}

const STYLE = `body{font:14px sans-serif;margin:2em}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #888;padding:4px;text-align:left}tr{break-inside:avoid}
.photo{display:inline-block;width:30%;height:9em;border:1px dashed #888;margin:1%;vertical-align:top}
.label{display:inline-block;width:9em;margin:1em;text-align:center;break-inside:avoid}
.label svg{width:8em;height:8em}.sign{margin-top:4em;border-top:1px solid;width:50%}`;

/**
 * The sheet that an installer hands over: devices with addresses, firmware and test results, room for photos, a line
 * to sign, and a QR label for each space. One HTML file that asks for nothing outside; every text is escaped.
 */
export async function commissioningSheet(facts: SheetFacts): Promise<string> {
  const {config, state, at} = facts;
  const {site} = config;
  const words = SHEET_WORDS[site.language];
  const bays = config.collectors.flatMap(collector => collector.bays);
  const page = html`<!doctype html>
<html lang="${site.language}">
  <head><meta charset="utf-8" /><title>${words.title}: ${site.name}</title><style>${raw(STYLE)}</style></head>
  <body>
    <h1>${words.title}</h1>
    <p>${site.name} (${site.id}) · Latchkey ${state.site.version} · ${at}</p>
    <h2>${words.devices}</h2>
    <table>
      <tr>${words.columns.map(column => html`<th>${column}</th>`)}</tr>
      ${rowsOf(facts).map(
        row => html`<tr>${Object.values(row).map((cell: string) => html`<td>${cell}</td>`)}</tr>`,
      )}
    </table>
    <h2>${words.photos}</h2>
    ${[...config.buses.map(({id}) => id), ...config.collectors.map(({id}) => id)].map(
      place => html`<div class="photo">${place}</div>`,
    )}
    <p class="sign">${words.signature}</p>
    <h2>${words.labels}</h2>
    ${bays.map(
      ({id}) => html`<div class="label">${raw(renderSVG(labelText(site.id, id)))}<br />${id}</div>`,
    )}
  </body>
</html>`;
  return String(await page);
}

/** What the label of a space holds: names, and nothing that opens anything. */
function labelText(site: string, bay: string): string {
  return `latchkey:${site}/${bay}`;
}

function rowsOf({config, state, locks, tests}: SheetFacts): readonly Row[] {
  const health = new Map<string, string>(state.devices.map(one => [one.id, one.health]));
  const places = new Map<string, string>();
  for (const {id, bays} of config.collectors) {
    for (const bay of bays) {
      places.set(bay.lock, `${id} ${bay.id}`);
      const seen = state.bays.find(one => one.id === bay.id);
      if (seen) health.set(bay.lock, seen.health);
    }
  }
  const row = (device: string, kind: string, address: string): Row => {
    const lock = locks.find(one => one.lock === device);
    return {
      ...{place: places.get(device) ?? '', device, kind, address},
      firmware: lock?.identity ?? '',
      health: health.get(device) ?? '',
      test: [lock && directions(lock), latest(tests, device)].filter(Boolean).join('; '),
    };
  };
  return [
    ...config.buses.flatMap(({id, devices}) =>
      devices.map(device => row(device.id, device.kind, `${id} ${addressOf(device)}`)),
    ),
    ...config.devices.map(({id, kind}) => row(id, kind, '')),
  ];
}

function directions({movedUp, movedDown}: LockNote): string {
  return `up ${movedUp ? 'ok' : '-'}, down ${movedDown ? 'ok' : '-'}`;
}

function latest(tests: readonly TestNote[], device: string): string | undefined {
  const note = tests.filter(one => one.device === device).at(-1);
  return note && `${note.what}: ${note.result} (${note.person}, ${note.at})`;
}

function addressOf(device: SiteConfig['buses'][number]['devices'][number]): string {
  if (device.kind === 'board-lock') return `${device.model} ${device.board}.${device.lock}`;
  return 'address' in device && device.address !== undefined ? String(device.address) : '';
}
