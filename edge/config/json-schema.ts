import {z} from 'zod';
import {siteConfigSchema} from './schema.js';

/** JSON Schema of the site file, which editors use to complete and to check while typing. */
export function siteJsonSchema(): Readonly<Record<string, unknown>> {
  const {$schema, ...rest} = z.toJSONSchema(siteConfigSchema, {io: 'input'});
  return {$schema, title: 'Latchkey site file', ...rest};
}

/** The text of `site.schema.json`. */
export function siteJsonSchemaText(): string {
  return `${JSON.stringify(siteJsonSchema(), null, 2)}\n`;
}
