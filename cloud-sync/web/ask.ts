import type {Client} from 'openapi-fetch';
import {cloudClient} from '../client/client.js';
import type {paths} from '../client/schema.js';

export type CloudClient = Client<paths>;

/** Why something did not come about. `code`: of the catalogue of the interface, or `offline`. */
export interface Problem {
  readonly code: string;
  /** Of a field, as the interface says it. */
  readonly detail?: string;
  readonly fields: readonly string[];
  readonly waitS?: number;
}

export type Answer<Data> =
  | {readonly ok: true; readonly data: Data}
  | {readonly ok: false; readonly problem: Problem};

const OFFLINE: Problem = {code: 'offline', fields: []};

/** The interface that this page came from. `token`: of who signed in. */
export function clientOf(token: string | undefined): CloudClient {
  return cloudClient({url: location.origin, ...(token !== undefined && {key: token})});
}

/** What came of a request; a network that is away is an answer too. */
export async function told<Data>(
  asking: Promise<{readonly data?: Data; readonly error?: unknown; readonly response: Response}>,
): Promise<Answer<NonNullable<Data>>> {
  try {
    const {data, error, response} = await asking;
    if (response.ok && data !== undefined && data !== null) return {ok: true, data};
    return {ok: false, problem: problemOf(error, response)};
  } catch {
    return {ok: false, problem: OFFLINE};
  }
}

function problemOf(error: unknown, response: Response): Problem {
  const said = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly code?: unknown;
    readonly detail?: unknown;
    readonly errors?: readonly {readonly pointer?: unknown}[];
  };
  const waitS = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    code: typeof said.code === 'string' ? said.code : 'internal',
    ...(typeof said.detail === 'string' && {detail: said.detail}),
    fields: (said.errors ?? []).map(({pointer}) => String(pointer ?? '').replace('#/', '')),
    ...(waitS > 0 && {waitS}),
  };
}
