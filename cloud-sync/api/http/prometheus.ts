import {Counter, Gauge, Histogram, Registry} from 'prom-client';
import {SECOND_MS} from '../../../protocols/base/units.js';
import type {Answered, Metrics} from './metrics.js';

const BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** In the text format of Prometheus, from a registry of its own. */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #answers: Counter<'method' | 'route' | 'status'>;
  readonly #seconds: Histogram<'route'>;

  constructor() {
    const registers = [this.#registry];
    this.#answers = new Counter({
      ...{name: 'cloud_http_answers_total', help: 'Answers by route and status', registers},
      labelNames: ['method', 'route', 'status'],
    });
    this.#seconds = new Histogram({
      ...{name: 'cloud_http_answer_seconds', help: 'From request to answer', registers},
      ...{labelNames: ['route'], buckets: BUCKETS_S},
    });
  }

  answered({method, route, status, tookMs}: Answered): void {
    this.#answers.inc({method, route, status: String(status)});
    this.#seconds.observe({route}, tookMs / SECOND_MS);
  }

  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    const gauge = new Gauge({
      ...{name, help, registers: [this.#registry]},
      async collect() {
        gauge.set(await read());
      },
    });
  }

  totals(name: string, help: string, {label, read}: Parameters<Metrics['totals']>[2]): void {
    const counter = new Counter({
      ...{name, help, labelNames: [label], registers: [this.#registry]},
      async collect() {
        const totals = await read();
        counter.reset();
        for (const [value, count] of Object.entries(totals)) counter.inc({[label]: value}, count);
      },
    });
  }

  async page(): Promise<{readonly text: string; readonly contentType: string}> {
    return {text: await this.#registry.metrics(), contentType: this.#registry.contentType};
  }
}
