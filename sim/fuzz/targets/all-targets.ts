import type {FuzzTarget} from '../target.js';
import {COLLECTOR_TARGETS} from './collector-targets.js';
import {CREDENTIAL_TARGETS} from './credential-targets.js';
import {DISPLAY_TARGETS} from './display-targets.js';
import {LINE_TARGETS} from './line-targets.js';
import {MESSAGE_TARGETS} from './message-targets.js';
import {OSDP_TARGETS} from './osdp-targets.js';
import {PROFILE_TARGETS} from './profile-targets.js';
import {READER_TARGETS} from './reader-targets.js';

/** Everything that reads bytes or text from outside. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ...LINE_TARGETS,
  ...OSDP_TARGETS,
  ...READER_TARGETS,
  ...DISPLAY_TARGETS,
  ...COLLECTOR_TARGETS,
  ...PROFILE_TARGETS,
  ...MESSAGE_TARGETS,
  ...CREDENTIAL_TARGETS,
];
