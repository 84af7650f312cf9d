import {get} from 'node:http';
import process from 'node:process';
import {createInterface} from 'node:readline';
import Database from 'better-sqlite3';
import type {DeskAnswer, DeskQuestion, DeskSubject, JournalRow} from './desk.js';
import {DATABASE, PAGE_PORT} from './hardware-site.js';

/*
 * Runs in the guest beside the daemon and answers questions on standard input: it sees what anybody on
 * that machine may see, the local page and the database file.
 */

const ANSWERS: Readonly<Record<DeskSubject, () => unknown>> = {
  state: () => pageState(),
  journal: () => journal(),
};

function pageState(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = get(`http://127.0.0.1:${PAGE_PORT}/api/state`, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve(JSON.parse(text)));
      response.on('error', reject);
    });
    asked.on('error', reject);
  });
}

function journal(): readonly JournalRow[] {
  const database = new Database(DATABASE, {readonly: true, fileMustExist: true});
  try {
    return database
      .prepare<[], {body: string}>("SELECT body FROM ev WHERE kind = 'device.event' ORDER BY seq")
      .all()
      .map(({body}) => JSON.parse(body));
  } finally {
    database.close();
  }
}

async function answerTo({no, subject}: DeskQuestion): Promise<DeskAnswer> {
  try {
    return {no, value: await ANSWERS[subject]()};
  } catch {
    return {no};
  }
}

for await (const line of createInterface({input: process.stdin})) {
  process.stdout.write(`${JSON.stringify(await answerTo(JSON.parse(line)))}\n`);
}
