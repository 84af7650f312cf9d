import type {World} from '../world.js';

export interface PageAnswer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** A member of the staff at the local page of a world. */
export class Guard {
  readonly #world: World;
  readonly #person: string;

  constructor(world: World, person = 'wang') {
    this.#world = world;
    this.#person = person;
  }

  /** Press a button of the page; `reason` is what was typed into its dialog. */
  async post(path: string, body: Readonly<Record<string, unknown>> = {}): Promise<PageAnswer> {
    const response = await this.#world.page.request(path, {
      method: 'POST',
      headers: {Host: '127.0.0.1:8080', 'X-Latchkey-Token': this.#world.pageToken},
      body: JSON.stringify({person: this.#person, ...body}),
    });
    return {status: response.status, json: (await response.json()) as PageAnswer['json']};
  }

  open(bay: string, reason: string): Promise<PageAnswer> {
    return this.post(`/api/bays/${bay}/open`, {reason});
  }

  raise(bay: string, reason: string): Promise<PageAnswer> {
    return this.post(`/api/bays/${bay}/close`, {reason});
  }

  acknowledge(alarm: string): Promise<PageAnswer> {
    return this.post(`/api/alarms/${alarm}/acknowledge`);
  }

  /** Acknowledge an alarm and close it with a reason. */
  async dismiss(alarm: string, reason: string, falseCall = false): Promise<PageAnswer> {
    await this.acknowledge(alarm);
    return this.post(`/api/alarms/${alarm}/close`, {reason, falseCall});
  }
}
