import {type CommandEffect, type CommandInput, stepCommand} from './command-machine.js';
import type {CloudTransaction} from './store/cloud-schema.js';
import type {CommandRow, CommandTable} from './store/command-table.js';

/** Runs within the transaction that stored it. */
export type OnCommand = (tx: CloudTransaction, command: CommandRow) => Promise<void>;

export interface CommandBookOptions {
  readonly table: CommandTable;
  readonly onCommand?: OnCommand | undefined;
}

/** What is to be done once it is committed. */
export interface Stepped {
  readonly row: CommandRow;
  readonly effects: readonly CommandEffect[];
}

/** Commands in the database, one step of their machine at a time: workers take turns at a row. */
export class CommandBook {
  readonly table: CommandTable;
  readonly #onCommand: OnCommand | undefined;

  constructor({table, onCommand}: CommandBookOptions) {
    this.table = table;
    this.#onCommand = onCommand;
  }

  async add(tx: CloudTransaction, row: CommandRow): Promise<void> {
    await this.table.add(tx, row);
    await this.#onCommand?.(tx, row);
  }

  /** `gateway`: only if it is one of that gateway. Undefined: there is no such command. */
  async step(
    tx: CloudTransaction,
    {id, gateway}: {readonly id: string; readonly gateway?: string},
    input: CommandInput,
    wallMs: number,
  ): Promise<Stepped | undefined> {
    const row = await this.table.lock(tx, id);
    if (!row || (gateway !== undefined && row.gateway !== gateway)) return undefined;
    const {state, effects} = stepCommand(row, input, wallMs);
    const next = {...row, ...state};
    if (state !== row) await this.table.setStand(tx, id, state);
    const isOther = next.state !== row.state || next.why !== row.why;
    if (isOther) await this.#onCommand?.(tx, next);
    return {row: next, effects};
  }
}
