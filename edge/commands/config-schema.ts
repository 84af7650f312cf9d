import {siteJsonSchemaText} from '../config/json-schema.js';
import {type CommandResult, succeeded} from './command.js';

/** `latchkey config schema`: the JSON Schema of the site file, for editors. */
export function printSchema(): CommandResult {
  return succeeded(...siteJsonSchemaText().trimEnd().split('\n'));
}
