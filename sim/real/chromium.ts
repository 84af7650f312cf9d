import type {Readable, Writable} from 'node:stream';
import type {ExecutionContext} from 'ava';
import {DeviceError} from '../../protocols/base/errors.js';
import {PeerProcess} from './peer-process.js';
import {freshFolder} from './real-site.js';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--remote-debugging-pipe',
];
const LIMIT_MS = 30_000;
const END = 0;

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {readonly request?: {readonly url: string}};
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: {readonly message: string};
}

/** One tab of a headless Chromium that can reach this machine and nothing else. It is driven by the
 *  DevTools protocol over a pipe: JSON texts that end with a zero byte, on descriptors 3 and 4. */
export class Tab {
  /** Address of everything it asked for. */
  readonly requested: string[] = [];
  readonly #process: PeerProcess;
  readonly #toBrowser: Writable;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #session: string | undefined;
  #lastId = 0;
  #pending = Buffer.alloc(0);

  private constructor(t: ExecutionContext) {
    const home = freshFolder(t);
    this.#process = new PeerProcess('chromium', [...FLAGS, `--user-data-dir=${home}`], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      env: {...process.env, HOME: home},
    });
    t.teardown(() => this.#process.end());
    const [, , , toBrowser, fromBrowser] = this.#process.child.stdio;
    this.#toBrowser = toBrowser as Writable;
    this.#toBrowser.on('error', () => {});
    (fromBrowser as Readable).on('data', (bytes: Buffer) => this.#hear(bytes));
  }

  static async open(t: ExecutionContext): Promise<Tab> {
    const tab = new Tab(t);
    const {targetId} = await tab.#call('Target.createTarget', {url: 'about:blank'});
    const {sessionId} = await tab.#call('Target.attachToTarget', {targetId, flatten: true});
    tab.#session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Network']) await tab.#call(`${domain}.enable`);
    return tab;
  }

  /** As a telephone or a desk shows it. */
  async resize(width: number, height: number): Promise<void> {
    const mobile = width < 600;
    const metrics = {width, height, deviceScaleFactor: 1, mobile};
    await this.#call('Emulation.setDeviceMetricsOverride', metrics);
  }

  /** Settles when the page has come; with the network's error when it did not. */
  async visit(url: string): Promise<string | undefined> {
    const {errorText} = await this.#call('Page.navigate', {url});
    return errorText === undefined ? undefined : String(errorText);
  }

  /** Value of an expression in the page. It must be plain data. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const {result, exceptionDetails} = await this.#call('Runtime.evaluate', {
      ...{expression, returnByValue: true, awaitPromise: true},
    });
    if (exceptionDetails) {
      throw new DeviceError('real/page', `${expression}: ${JSON.stringify(exceptionDetails)}`);
    }
    return (result as {value: Value}).value;
  }

  /** Click where the element lies, with the mouse: what covers it takes the click. */
  async click(selector: string): Promise<void> {
    const {x, y} = await this.evaluate<{x: number; y: number}>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element.scrollIntoView({block: 'center'});
      const box = element.getBoundingClientRect();
      return {x: box.x + box.width / 2, y: box.y + box.height / 2};
    })()`);
    for (const type of ['mousePressed', 'mouseReleased']) {
      const press = {type, x, y, button: 'left', clickCount: 1};
      await this.#call('Input.dispatchMouseEvent', press);
    }
  }

  #call(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    this.#lastId += 1;
    const id = this.#lastId;
    const session = this.#session === undefined ? {} : {sessionId: this.#session};
    this.#toBrowser.write(`${JSON.stringify({id, method, params, ...session})}\0`);
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new DeviceError('real/browser', `${method}: ${why}`));
      const timer = setTimeout(() => fail(`no answer; ${this.#process.output}`), LIMIT_MS);
      this.#waiting.set(id, ({result, error}) => {
        clearTimeout(timer);
        if (error) fail(error.message);
        else resolve(result ?? {});
      });
    });
  }

  #hear(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    for (let end = this.#pending.indexOf(END); end >= 0; end = this.#pending.indexOf(END)) {
      this.#take(JSON.parse(this.#pending.toString('utf8', 0, end)) as Answer);
      this.#pending = this.#pending.subarray(end + 1);
    }
  }

  #take(answer: Answer): void {
    if (answer.id !== undefined) {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    } else if (answer.method === 'Network.requestWillBeSent' && answer.params?.request) {
      this.requested.push(answer.params.request.url);
    }
  }
}
