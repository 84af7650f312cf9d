import type {DropCounter} from '../drop-counter.js';
import {Broker} from './broker.js';
import type {GatewaySessions} from './gateway-sessions.js';
import type {HealthReport} from './http/health.js';
import {PrometheusMetrics} from './http/prometheus.js';
import type {Ingest} from './ingest.js';
import type {OutsideBroker} from './outside-broker.js';
import type {CloudStore} from './store/cloud-store.js';
import type {GatewayOverview} from './store/gateway-overview.js';

export interface HealthParts {
  /** As the options name it. */
  readonly database: string;
  readonly broker: Broker | OutsideBroker;
  readonly ingest: Pick<Ingest, 'isFlowing'>;
  readonly store: CloudStore;
  readonly overview: GatewayOverview;
  readonly sessions: GatewaySessions;
  readonly drops: DropCounter;
}

/** How each part is, read anew each time. */
export function healthOf({
  database,
  broker,
  ingest,
  store,
  overview,
  sessions,
  drops,
}: HealthParts) {
  const isPostgres = /^postgres(?:ql)?:/.test(database);
  return async (): Promise<HealthReport> => {
    const ok = await store.answers();
    return {
      database: {ok, kind: isPostgres ? 'postgresql' : 'sqlite', why: store.trouble ?? null},
      broker: {ok: broker.isUp, kind: broker instanceof Broker ? 'own' : 'outside'},
      ingest: {ok: ingest.isFlowing},
      gateways: {
        known: ok ? await store.read(db => overview.count(db)) : 0,
        online: sessions.count,
      },
      dropped: drops.counts(),
    };
  };
}

/** The same as numbers for Prometheus. */
export function metricsOf(health: () => Promise<HealthReport>): PrometheusMetrics {
  const metrics = new PrometheusMetrics();
  const isOk = ({ok}: {readonly ok: boolean}) => (ok ? 1 : 0);
  const gauge = (name: string, help: string, read: (report: HealthReport) => number) =>
    metrics.gauge(name, help, async () => read(await health()));
  gauge('cloud_database_up', 'Does the database answer?', ({database}) => isOk(database));
  gauge('cloud_broker_up', 'Is the broker there?', ({broker}) => isOk(broker));
  gauge('cloud_ingest_flowing', 'Does the database take events?', ({ingest}) => isOk(ingest));
  gauge('cloud_gateways', 'Gateways that were ever heard of', ({gateways}) => gateways.known);
  gauge('cloud_gateways_online', 'Gateways heard of just now', ({gateways}) => gateways.online);
  const read = async () => (await health()).dropped;
  metrics.totals('cloud_messages_dropped_total', 'Refused messages', {label: 'kind', read});
  return metrics;
}
