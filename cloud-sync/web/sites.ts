import {useApp} from './app-context.js';
import {told} from './ask.js';
import {useAsked} from './asked.js';

export interface KnownSite {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly stalls: number;
}

/** Names and zones of the places of the house; what is not known yet is called by its id. */
export function useSites(): (id: string) => KnownSite {
  const {tenant} = useApp();
  const {data} = useAsked(
    client => told(client.GET('/v1/public/sites', {params: {query: {tenant, limit: 200}}})),
    [tenant],
  );
  return id =>
    data?.sites.find(site => site.id === id) ?? {id, name: id, zone: 'Asia/Shanghai', stalls: 0};
}
