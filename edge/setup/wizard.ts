import {wiringSentence} from '../words/wiring-words.js';
import type {FoundLine, SetupMachine} from './contract.js';
import {heardReaders} from './find-reader.js';
import {locksByBay, moveLocks} from './move-locks.js';
import {type PostLine, proposeSite, type SiteNames} from './propose-site.js';
import {SETUP_WORDS, type SetupWords} from './setup-words.js';
import {type LineTrouble, surveyLine} from './survey-line.js';

export interface SetupResult {
  /** Every lock moved before the eyes of the installer. */
  readonly isWorking: boolean;
  readonly lines: readonly FoundLine[];
  readonly bays: readonly string[];
  readonly proven: readonly string[];
  readonly unproven: readonly string[];
  /** Why it ended early; undefined: it came to its end. */
  readonly why?: string;
}

const NOTHING: SetupResult = {isWorking: false, lines: [], bays: [], proven: [], unproven: []};

/**
 * `latchkey init`: from a box with cables to a working site. Finds the ports, scans them, tells what is wrong with
 * the wires until it is mended, proposes a site file, and has each lock moved once before a person's eyes.
 */
export class SetupWizard {
  readonly #machine: SetupMachine;
  readonly #words: SetupWords;
  readonly #language: 'en' | 'zh-CN';

  constructor(machine: SetupMachine, language: 'en' | 'zh-CN') {
    this.#machine = machine;
    this.#words = SETUP_WORDS[language];
    this.#language = language;
  }

  async run(): Promise<SetupResult> {
    const machine = this.#machine;
    if (machine.readSite() !== undefined && (await machine.ask(this.#words.replaceSite)) !== 'y') {
      return {...NOTHING, why: 'kept'};
    }
    const ports = await this.#freePorts();
    if (ports.length === 0) return {...NOTHING, why: this.#words.noPort};
    const {lines, readers} = await this.#survey(ports);
    const posts = await this.#joinReaders(lines, readers);
    const names = await this.#names();
    const proposed = proposeSite(names, posts);
    for (const what of proposed.left) machine.tell(this.#words.left(what));
    if (proposed.bays.length === 0) {
      machine.tell(this.#words.noBay);
      return {...NOTHING, lines, why: this.#words.noBay};
    }
    machine.writeSite(proposed.text);
    const problems = machine.siteProblems();
    if (problems.length > 0) {
      for (const problem of problems) machine.tell(problem);
      return {...NOTHING, lines, bays: proposed.bays, why: problems.join('; ')};
    }
    machine.tell(this.#words.written(proposed.bays.length));
    return this.#prove(names, posts, lines, proposed.bays);
  }

  async #freePorts(): Promise<readonly string[]> {
    const {ask, tell} = this.#say();
    for (;;) {
      const free: string[] = [];
      for (const {path, byId, byPath, holder, mayOpen, group} of this.#machine.ports()) {
        if (holder) tell(this.#words.portHeld(path, holder.name || String(holder.pid)));
        else if (!mayOpen) tell(this.#words.portDenied(path, group));
        // The socket is what stays when an adapter is exchanged; twins have no other name.
        else free.push(byPath ?? byId ?? path);
      }
      if (free.length > 0) return free;
      tell(this.#words.noPort);
      if ((await ask(this.#words.again)) === 'q') return [];
    }
  }

  /** Each port until its line is sound, or a person goes on as it is. */
  async #survey(
    ports: readonly string[],
  ): Promise<{readonly lines: readonly FoundLine[]; readonly readers: readonly string[]}> {
    const {ask, tell} = this.#say();
    const lines: FoundLine[] = [];
    const readers: string[] = [];
    for (const path of ports) {
      let isLine = false;
      for (;;) {
        tell(this.#words.scanning(path));
        const {line, troubles} = await surveyLine(path, this.#machine);
        const isSilent = troubles.some(
          one => one.kind === 'wiring' && one.finding.kind === 'nothing',
        );
        if (isSilent && !isLine) {
          const answer = (await ask(this.#words.silentPort(path))) || 'r';
          if (answer === 'r') readers.push(path);
          if (answer !== 'l') break;
          isLine = true;
        }
        if (line.units.length > 0) tell(this.#words.found(path, line.baudRate, unitsText(line)));
        for (const trouble of troubles) tell(`  ${this.#troubleText(trouble, line)}`);
        if (troubles.length === 0) tell(`  ${this.#words.clean}`);
        if (troubles.length > 0 && (await ask(this.#words.mendOrSkip(path))) !== 's') continue;
        if (line.units.length > 0) lines.push(line);
        break;
      }
    }
    return {lines, readers};
  }

  #troubleText(trouble: LineTrouble, line: FoundLine): string {
    switch (trouble.kind) {
      case 'port':
        return this.#words.portTrouble(trouble.why);
      case 'otherSpeed':
        return this.#words.otherSpeed(trouble.unit, trouble.baudRate, line.baudRate);
      case 'wiring': {
        const {found, next} = wiringSentence(trouble.finding, this.#language);
        return `${found}\n    -> ${next}`;
      }
    }
  }

  async #joinReaders(
    lines: readonly FoundLine[],
    readers: readonly string[],
  ): Promise<readonly PostLine[]> {
    const {ask} = this.#say();
    const posts: PostLine[] = [];
    const free = new Set(readers);
    for (const line of lines) {
      let readerPath: string | undefined;
      while (readerPath === undefined && free.size > 0) {
        const heard = await heardReaders(
          [...free],
          () => ask(this.#words.tapReader(line.path)),
          this.#machine,
        );
        [readerPath] = heard;
        if (readerPath === undefined && (await ask(this.#words.noReader(line.path))) === 's') break;
      }
      if (readerPath === undefined) continue;
      free.delete(readerPath);
      posts.push({line, readerPath});
    }
    return posts;
  }

  async #names(): Promise<SiteNames> {
    const {ask} = this.#say();
    const isChinese = this.#language === 'zh-CN';
    const id = (await ask(this.#words.idPrompt)) || 'lot-1';
    const name = (await ask(this.#words.namePrompt)) || (isChinese ? '停车场' : 'Car park');
    const timezone = (await ask(this.#words.zonePrompt)) || 'Asia/Shanghai';
    const person = (await ask(this.#words.personPrompt)) || (isChinese ? '安装人员' : 'Installer');
    return {id, name, timezone, language: this.#language, person: {id: 'installer', name: person}};
  }

  async #prove(
    names: SiteNames,
    posts: readonly PostLine[],
    lines: readonly FoundLine[],
    bays: readonly string[],
  ): Promise<SetupResult> {
    const {tell} = this.#say();
    const site = await this.#machine.startSite();
    if (!('order' in site)) {
      tell(this.#words.notStarted);
      for (const problem of site) tell(problem);
      return {...NOTHING, lines, bays, unproven: bays, why: site.join('; ')};
    }
    try {
      const silent = await site.settle();
      if (silent.length > 0) tell(this.#words.missing(silent.join(', ')));
      const {proven, unproven, moved} = await moveLocks(bays, site, {
        machine: this.#machine,
        words: this.#words,
      });
      const result = {lines, bays, proven, unproven};
      const lockOf = locksByBay(bays, moved);
      if (!lockOf) {
        tell(this.#words.contradiction);
        return {...result, isWorking: false, why: this.#words.contradiction};
      }
      for (const [bay, lock] of lockOf) {
        if (lock !== `L-${bay}`) tell(this.#words.exchanged(bay, lock));
      }
      if (moved.size > 0) this.#machine.writeSite(proposeSite(names, posts, lockOf).text);
      tell(this.#words.done(proven.length, unproven));
      return {...result, isWorking: bays.length > 0 && unproven.length === 0};
    } finally {
      await site.close();
    }
  }

  #say() {
    return {
      ask: (question: string) => this.#machine.ask(question),
      tell: (line: string) => this.#machine.tell(line),
    };
  }
}

function unitsText({units}: FoundLine): string {
  return units.map(({unit, kind}) => `${unit} ${kind}`).join(', ');
}
