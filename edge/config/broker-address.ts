import {z} from 'zod';

/** `mqtt://` or `mqtts://`, a host and perhaps a port. */
export const brokerAddress = z
  .string({error: 'expected mqtt:// or mqtts:// and a host'})
  .regex(/^mqtts?:\/\/[^\s/]+$/, {error: 'expected mqtt:// or mqtts:// and a host'})
  .refine(text => URL.canParse(text), {error: 'expected a port up to 65535 behind the host'});
