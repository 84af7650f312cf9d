import type {ApiRig} from '../../../cloud-sync/api/http/api-rig.js';
import {requestOf} from './fuzz-mutations.js';
import {type FuzzRequest, nameOf, type OpenApi, operationsOf} from './operation.js';
import type {Valid} from './recipe.js';

export interface StrangerPlan {
  readonly rig: Pick<ApiRig, 'cloud'>;
  readonly settled: <Result>(work: Promise<Result>) => Promise<Result>;
  readonly valid: (operation: string) => Promise<Valid | undefined>;
  /** Whose request it is. */
  readonly ownerKey: string;
  /** Each may do everything where he is at home. */
  readonly strangers: Readonly<Record<string, string>>;
  /** Rows of the owner, which must be there after strangers asked. */
  readonly stateOf: () => Promise<readonly string[]>;
  /** What strangers may see besides: operations, with why. */
  readonly exceptions: Readonly<Record<string, string>>;
  /** What time or another request of the owner has ended meanwhile: he need not have it any more. */
  readonly passing: ReadonlySet<string>;
}

export interface StrangerReport {
  /** Requests that were asked of everybody. */
  readonly asked: number;
  /** Operation, stranger, status and what is wrong with it. */
  readonly wrong: readonly string[];
}

/** A request of the owner for what is there. */
interface Wish {
  readonly name: string;
  readonly own: FuzzRequest;
  readonly by: (key: string) => FuzzRequest;
}

/**
 * Ask each operation for what is there and is somebody else's: a stranger is answered as if nobody were
 * there, changes nothing, and is shown no name of it in a list. The owner then has what he asked for, so
 * the request was a good one and is still to be done.
 */
export async function askAsStrangers(doc: OpenApi, plan: StrangerPlan): Promise<StrangerReport> {
  const wishes = await wishesOf(doc, plan);
  const before = await plan.stateOf();
  const owned = new Set(before.flatMap(namesIn));
  const wrong: string[] = [];
  // What a stranger may do the same way for himself may be done for good.
  const taken = new Set<string>();
  for (const {name, own, by} of wishes) {
    const isNaming = namesIn(`${own.path} ${own.body}`).some(one => owned.has(one));
    for (const [who, key] of Object.entries(plan.strangers)) {
      const {status, text} = await answerOf(plan, await tagged(plan, by(key), own));
      const shown = namesIn(text).find(one => owned.has(one));
      if (status < 300) taken.add(name);
      if ((status < 400 && (isNaming || shown)) || status >= 500 || status === 401) {
        wrong.push(`${name} ${who} ${status}${shown ? ` shows ${shown}` : ''}`);
      }
    }
  }
  const after = new Set(await plan.stateOf());
  wrong.push(...before.filter(row => !after.has(row)).map(row => `changed ${row}`));
  for (const {name, own} of wishes) {
    if (taken.has(name) || plan.passing.has(name)) continue;
    const {status, text} = await answerOf(plan, await tagged(plan, own, own));
    if (status >= 300) wrong.push(`${name} owner ${status} ${text}`);
  }
  return {asked: wishes.length, wrong};
}

async function wishesOf(doc: OpenApi, plan: StrangerPlan): Promise<readonly Wish[]> {
  const wishes: Wish[] = [];
  for (const operation of operationsOf(doc)) {
    const name = nameOf(operation);
    const made = await plan.valid(name);
    // Without a key everybody sees the same, and what is one's own everybody has.
    const isOfOneself = made?.key !== undefined && !/\{(?:id|grant|credential)\}/.test(name);
    if (!made || operation.isOpen || isOfOneself || name in plan.exceptions) continue;
    const once = `s-${wishes.length}`;
    const by = (key: string) => requestOf(operation, {...made, key}, {key, once});
    wishes.push({name, own: by(made.key ?? plan.ownerKey), by});
  }
  return wishes;
}

/** Ids as the world makes them: of this program, and those that integrators choose. */
function namesIn(text: string): readonly string[] {
  return text.match(/\b(?:[0-9A-HJKMNP-TV-Z]{26}|(?:gw|B|fuzz)-\w+)\b/g) ?? [];
}

/** With the tag of what it would change: nobody is stopped by not knowing that. */
async function tagged(
  plan: StrangerPlan,
  sent: FuzzRequest,
  own: FuzzRequest,
): Promise<FuzzRequest> {
  if (sent.method !== 'PUT' && sent.method !== 'PATCH') return sent;
  const path = own.path.split('?')[0] ?? '';
  const now = await responseOf(plan, {...own, method: 'GET', path, body: undefined});
  const tag = now.headers.get('etag');
  await now.text();
  return tag === null ? sent : {...sent, headers: {...sent.headers, 'if-match': tag}};
}

async function answerOf(plan: StrangerPlan, sent: FuzzRequest) {
  const response = await responseOf(plan, sent);
  return {status: response.status, text: await response.text()};
}

function responseOf(
  {rig, settled}: StrangerPlan,
  {method, path, headers, body}: FuzzRequest,
): Promise<Response> {
  const init = {method, headers, ...(body === undefined ? {} : {body})};
  return settled(Promise.resolve(rig.cloud.fetch(new Request(`http://cloud${path}`, init))));
}
