import {MAX_SITE_TEXT_BYTES} from '../../../protocols/cloud/site-config.js';
import {loadSiteConfig} from '../../config/load.js';
import type {SiteConfig} from '../../config/schema.js';
import {secretProblems} from '../../config/secret-check.js';
import type {SecretReader} from '../../config/secrets.js';
import {type ConfigPath, pathText, YamlSource} from '../../config/yaml-source.js';

export interface SiteCheck {
  /** How problems name the file. */
  readonly fileName: string;
  /** The site that runs; undefined: nothing to compare with. */
  readonly running: SiteConfig | undefined;
  readonly isFromCloud: boolean;
  readonly secrets: SecretReader;
}

/**
 * Every problem of a site file that is to take the place of the one in force: those that
 * `latchkey config check` prints, and what must not change under a database that stays.
 */
export function siteTextProblems(text: string, check: SiteCheck): readonly string[] {
  const {fileName, running, isFromCloud, secrets} = check;
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > MAX_SITE_TEXT_BYTES) {
    return [`${fileName}:1:1 site file: expected at most 256 KB, got ${sizeBytes} bytes`];
  }
  const loaded = loadSiteConfig(text, fileName);
  if (!loaded.ok) return loaded.problems;
  const problems = [...secretProblems(loaded.config, secrets)];
  if (!running) return problems;
  const source = new YamlSource(text, fileName);
  const mustStay = (path: ConfigPath, pick: (config: SiteConfig) => unknown, why: string) => {
    const [wanted, got] = [pick(running), pick(loaded.config)].map(value => JSON.stringify(value));
    if (wanted === got) return;
    const place = `${source.placeOf(path)} ${pathText(path)}`;
    problems.push(`${place}: expected ${wanted ?? 'nothing'}, ${why}, got ${got ?? 'nothing'}`);
  };
  mustStay(['site', 'id'], ({site}) => site.id, 'whose database this is');
  mustStay(['database'], ({database}) => database, 'which holds grants and journal');
  mustStay(['secretKey'], ({secretKey}) => secretKey, 'under which card secrets lie');
  if (isFromCloud) {
    const why = 'under which the cloud knows this gateway';
    for (const key of ['tenant', 'gateway', 'identity'] as const) {
      mustStay(
        ['cloud', key],
        ({cloud}) => (cloud && key in cloud ? cloud[key as never] : undefined),
        why,
      );
    }
  }
  return problems;
}
