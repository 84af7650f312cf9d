import type {z} from 'zod';
import {callsProblems} from './calls-check.js';
import {SECRET_EXPECTATION} from './fields.js';
import {fireProblems} from './fire-check.js';
import {takeInventory} from './inventory.js';
import {nearWord} from './near-word.js';
import {profileProblems} from './profile-check.js';
import {type SiteConfig, siteConfigSchema} from './schema.js';
import {topologyProblems} from './topology.js';
import {type ConfigPath, pathText, YamlSource} from './yaml-source.js';

export type LoadedConfig =
  | {readonly ok: true; readonly config: SiteConfig}
  /** Each `site.yaml:41:7 buses[0].devices[3].address: expected 1-247, got 300`, in file order. */
  | {readonly ok: false; readonly problems: readonly string[]};

interface Problem {
  readonly place: string;
  readonly path: ConfigPath;
  readonly text: string;
}

const SHOWN_LENGTH = 40;
/** What the library says of a union that has no words of its own. */
const UNION_WITHOUT_WORDS = 'Invalid input';
const FAR = 1000;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const written = JSON.stringify(value);
  return written.length > SHOWN_LENGTH ? `${written.slice(0, SHOWN_LENGTH)}...` : written;
}

function unknownKeys(source: YamlSource, path: ConfigPath, issue: z.core.$ZodIssue): Problem[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const known = issue.message.split(' ');
  return issue.keys.map(key => {
    const near = nearWord(key, known);
    const hint = near === undefined ? `known are: ${known.join(', ')}` : `did you mean ${near}?`;
    return {
      place: source.placeOfKey(path, key),
      path: [...path, key],
      text: `unknown key; ${hint}`,
    };
  });
}

/** Of the forms that a value may have, the one that it comes nearest to: the first that fits in kind. */
function nearestForm(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] | undefined {
  if (issue.code !== 'invalid_union' || issue.message !== UNION_WITHOUT_WORDS) return undefined;
  const isOtherKind = ({path, code}: z.core.$ZodIssue) =>
    path.length === 0 && code !== 'unrecognized_keys';
  const distance = (form: readonly z.core.$ZodIssue[]) =>
    (form.some(isOtherKind) ? FAR : 0) + form.length;
  return [...issue.errors].sort((left, right) => distance(left) - distance(right))[0];
}

function fieldProblems(source: YamlSource, issue: z.core.$ZodIssue): Problem[] {
  const nearest = nearestForm(issue);
  if (nearest) {
    return nearest.flatMap(inner =>
      fieldProblems(source, {...inner, path: [...issue.path, ...inner.path]}),
    );
  }
  const path = issue.path.map(step => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') return unknownKeys(source, path, issue);
  const secret = issue.message === SECRET_EXPECTATION;
  const got = secret ? 'something else, not shown' : shown(source.valueAt(path));
  return [{place: source.placeOf(path), path, text: `${issue.message}, got ${got}`}];
}

function laterContacts(source: YamlSource): Problem[] {
  const contacts = source.valueAt(['contacts']);
  if (!Array.isArray(contacts)) return [];
  return contacts.flatMap((contact, index) => {
    const afterMs: unknown = contact?.afterMs;
    const beforeMs: unknown = contacts[index - 1]?.afterMs;
    if (typeof afterMs !== 'number' || typeof beforeMs !== 'number' || afterMs > beforeMs)
      return [];
    const path = ['contacts', index, 'afterMs'];
    const text = `expected more than the ${beforeMs} of the contact before, got ${afterMs}`;
    return [{place: source.placeOf(path), path, text}];
  });
}

function lineAndColumn(place: string): readonly [number, number] {
  const [column, line] = place.split(':').reverse();
  return [Number(line), Number(column)];
}

function inFileOrder(left: Problem, right: Problem): number {
  const [leftLine, leftColumn] = lineAndColumn(left.place);
  const [rightLine, rightColumn] = lineAndColumn(right.place);
  return leftLine - rightLine || leftColumn - rightColumn;
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}

function nameProblems(config: SiteConfig) {
  return [...callsProblems(config), ...fireProblems(config)];
}

/** Read a site file: the frozen configuration, or every problem it has, each with its place. */
export function loadSiteConfig(text: string, fileName: string): LoadedConfig {
  const source = new YamlSource(text, fileName);
  if (source.syntaxErrors.length > 0) return {ok: false, problems: source.syntaxErrors};
  const parsed = siteConfigSchema.safeParse(source.value);
  const placeOf = (path: ConfigPath): string => source.placeOf(path);
  const problems: Problem[] = [
    ...(parsed.error?.issues ?? []).flatMap(issue => fieldProblems(source, issue)),
    ...laterContacts(source),
    ...(parsed.success ? nameProblems(parsed.data) : []).map(problem => ({
      ...problem,
      place: placeOf(problem.path),
    })),
    ...profileProblems(source.value).map(problem => ({...problem, place: placeOf(problem.path)})),
    ...topologyProblems(takeInventory(source.value), placeOf).map(({path, text: words}) => ({
      place: source.placeOf(path),
      path,
      text: words,
    })),
  ];
  if (parsed.success && problems.length === 0) return {ok: true, config: deepFreeze(parsed.data)};
  const written = problems
    .sort(inFileOrder)
    .map(({place, path, text: words}) => `${place} ${pathText(path) || 'site file'}: ${words}`);
  return {ok: false, problems: written};
}
