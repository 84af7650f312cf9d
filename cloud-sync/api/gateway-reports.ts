import type {StagedGrants, UpMessages} from '../../protocols/cloud/up-messages.js';
import type {IngestItem} from './ingest-item.js';
import type {CloudTransaction} from './store/cloud-schema.js';
import type {GatewayRow, GatewayTable} from './store/gateway-table.js';

/** What a gateway said it holds, and what it should hold. */
export interface HeldReport {
  readonly row: GatewayRow;
  /** It has dealt with what was sent; `hello`: nothing at all is on its way any more. */
  readonly settled: boolean | 'hello';
  /** What of the next whole state lies there. */
  readonly staged: StagedGrants | undefined;
  /** Only revocations were spoken of. */
  readonly revocationsOnly: boolean;
}

interface GatewayReportsOptions {
  readonly tx: CloudTransaction;
  readonly gateways: GatewayTable;
  readonly wallMs: number;
}

/** Rows of one question: far below what either database takes as parameters. */
const SLICE = 500;

/** Notes what gateways hold. A row is written only when it changes: most heartbeats say nothing new. */
export class GatewayReports {
  readonly #options: GatewayReportsOptions;
  readonly #rows: Map<string, GatewayRow>;
  readonly #held = new Map<string, HeldReport>();

  private constructor(options: GatewayReportsOptions, rows: readonly GatewayRow[]) {
    this.#options = options;
    this.#rows = new Map(rows.map(row => [row.gw, row]));
  }

  /** A hello makes its gateway known. */
  static async begin(
    options: GatewayReportsOptions,
    items: readonly IngestItem[],
  ): Promise<GatewayReports> {
    const {tx, gateways} = options;
    const names = sortedNames(items, ['hello', 'hb', 'cfg', 'rev']);
    const rows: GatewayRow[] = [];
    for (let at = 0; at < names.length; at += SLICE) {
      rows.push(...(await gateways.some(tx, names.slice(at, at + SLICE))));
    }
    const known = new Set(rows.map(row => row.gw));
    const missing = sortedNames(items, ['hello']).filter(name => !known.has(name));
    for (let at = 0; at < missing.length; at += SLICE) {
      const slice = missing.slice(at, at + SLICE);
      await gateways.add(tx, slice);
      rows.push(...(await gateways.some(tx, slice)));
    }
    return new GatewayReports(options, rows);
  }

  async note({name, gateway, message}: IngestItem): Promise<void> {
    const row = this.#rows.get(gateway);
    if (!row) return;
    const {tx, gateways, wallMs} = this.#options;
    if (name === 'hello') {
      const {boot, fw: firmware} = message;
      await gateways.setSeen(tx, gateway, {boot, firmware, wallMs});
    }
    if (name === 'hello' || name === 'hb') {
      const held = await this.#setHeld(row, message.cfg, undefined);
      this.#put({
        ...{row: await this.#setRevocations(held, message.rev), staged: message.cfg.staged},
        ...{settled: name === 'hello' && 'hello', revocationsOnly: false},
      });
    } else if (name === 'cfg') {
      const held = await this.#setHeld(row, message, misfitAfter(message));
      // After a failure the wait stays, so that two ends that disagree do not exchange states all day.
      const {err, staged} = message;
      this.#put({row: held, staged, settled: err === undefined, revocationsOnly: false});
    } else if (name === 'rev' && message.ver > row.heldRev) {
      const held = await this.#setRevocations(row, message.ver);
      this.#put({row: held, staged: undefined, settled: false, revocationsOnly: true});
    }
  }

  held(): readonly HeldReport[] {
    return [...this.#held.values()];
  }

  async #setHeld(
    row: GatewayRow,
    {ver, hash}: {readonly ver: number; readonly hash: string},
    misfit: number | undefined,
  ): Promise<GatewayRow> {
    const isSame = row.heldVer === ver && row.heldHash === hash;
    const next = misfit ?? (isSame ? row.misfit : 0);
    if (isSame && row.misfit === next) return row;
    const {tx, gateways} = this.#options;
    await gateways.setHeld(tx, row.gw, {ver, hash, misfit: next});
    return {...row, heldVer: ver, heldHash: hash, misfit: next};
  }

  async #setRevocations(row: GatewayRow, ver: number): Promise<GatewayRow> {
    if (row.heldRev === ver) return row;
    const {tx, gateways} = this.#options;
    await gateways.setHeldRevocations(tx, row.gw, ver);
    return {...row, heldRev: ver};
  }

  #put(report: HeldReport): void {
    const before = this.#held.get(report.row.gw);
    this.#rows.set(report.row.gw, report.row);
    this.#held.set(report.row.gw, before ? mergedReports(before, report) : report);
  }
}

/** Two reports of one gateway as one. */
export function mergedReports(earlier: HeldReport, later: HeldReport): HeldReport {
  return {
    row: later.row,
    // Who speaks of revocations says nothing of the rest.
    staged: later.revocationsOnly ? earlier.staged : later.staged,
    settled: earlier.settled === 'hello' ? 'hello' : later.settled || earlier.settled,
    revocationsOnly: earlier.revocationsOnly && later.revocationsOnly,
  };
}

/** While parts arrive nothing has fitted or misfitted yet: undefined. */
function misfitAfter({err, staged}: UpMessages['cfg']): number | undefined {
  if (err === 'hash') return 1;
  return err === 'part' || staged ? undefined : 0;
}

function sortedNames(
  items: readonly IngestItem[],
  names: readonly IngestItem['name'][],
): readonly string[] {
  const found = items.filter(item => names.includes(item.name)).map(item => item.gateway);
  return [...new Set(found)].sort();
}
