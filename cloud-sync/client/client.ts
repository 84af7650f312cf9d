import createClient, {type Client} from 'openapi-fetch';
import type {paths} from './schema.js';

export interface ClientOptions {
  /** `https://cloud.example`, without a path. */
  readonly url: string;
  /** Left out: for what anybody may ask. */
  readonly key?: string;
  /** In place of the global one. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** The interface with its types: paths, bodies and answers as the description says. */
export function cloudClient({url, key, fetch}: ClientOptions): Client<paths> {
  const headers = key === undefined ? {} : {authorization: `Bearer ${key}`};
  return createClient<paths>({baseUrl: url, headers, ...(fetch && {fetch})});
}
